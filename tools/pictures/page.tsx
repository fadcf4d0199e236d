// One dashboard as a page: its panels on Grafana's grid, with the data of `window.board`.
import { createTheme, ThemeContext } from '@grafana/data';
import { GlobalStyles, PanelChrome } from '@grafana/ui';
import { createRoot } from 'react-dom/client';

import { drawings, type Board, type Drawn } from './panels';

const WIDTH = 1640;
const [COLUMN, CELL, GAP] = [WIDTH / 24, 38, 8]; // a cell is 30 px high and has 8 px below it
const theme = createTheme({ colors: { mode: 'light' } });

declare global {
  interface Window {
    board: Board;
  }
}

function Panel({ panel, series }: Drawn) {
  const { x, y, w, h } = panel.gridPos;
  const place = { position: 'absolute' as const, left: x * COLUMN, top: y * CELL };
  if (panel.type === 'row') {
    return <h3 style={{ ...place, margin: '8px 0 0 4px', fontSize: 17 }}>{panel.title}</h3>;
  }
  const Drawing = drawings[panel.type];
  return (
    <div style={place}>
      <PanelChrome title={panel.title} width={w * COLUMN - GAP} height={h * CELL - GAP}>
        {(width, height) => (
          <Drawing panel={panel} series={series} width={width} height={height} theme={theme} />
        )}
      </PanelChrome>
    </div>
  );
}

function Page({ title, agent, panels }: Board) {
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <h2 style={{ margin: '12px 4px 8px' }}>
        {title}: {agent}
      </h2>
      <div style={{ position: 'relative' }}>
        {panels.map((drawn, place) => (
          <Panel key={place} {...drawn} />
        ))}
      </div>
    </ThemeContext.Provider>
  );
}

document.body.style.cssText = 'margin: 0 12px; overflow: hidden; min-height: 100vh';
createRoot(document.getElementById('root')!).render(<Page {...window.board} />);
