// The kinds of panel that the dashboards use; all but the heatmap are Grafana's own components.
import {
  createDataFrame,
  dateTime,
  FieldType,
  getDisplayProcessor,
  type DataFrame,
  type GrafanaTheme2,
} from '@grafana/data';
import { BarGauge, BigValue, BigValueColorMode, BigValueGraphMode, TimeSeries } from '@grafana/ui';

export interface Series {
  name: string;
  times: number[];
  values: Array<number | null>;
}

export interface Drawn {
  panel: any; // as it stands in the dashboard's JSON
  series: Series[];
}

export interface Board {
  title: string;
  agent: string;
  from: number;
  to: number;
  panels: Drawn[];
}

interface Room extends Drawn {
  width: number;
  height: number;
  theme: GrafanaTheme2;
}

const POINTS = 120; // as many as dashboard_data.py asks for
const LINE = { drawStyle: 'line', lineWidth: 1, showPoints: 'never', spanNulls: 120_000 };

function frame({ panel, theme }: Room, { name, times, values }: Series, place: number): DataFrame {
  const { defaults } = panel.fieldConfig;
  const color = { mode: panel.type === 'timeseries' ? 'palette-classic' : 'thresholds' };
  const custom = { ...LINE, ...defaults.custom };
  const config = { ...defaults, color, custom, displayName: name };
  const made = createDataFrame({
    refId: name,
    fields: [
      { name: 'Time', type: FieldType.time, config: {}, values: times },
      { name, type: FieldType.number, config, values },
    ],
  });
  const numbers = values.filter((value) => value !== null);
  const [min, max] = [Math.min(...numbers), Math.max(...numbers, custom.axisSoftMax ?? 0)];
  for (const field of made.fields) {
    field.state = { seriesIndex: place, range: { min, max, delta: max - min } };
    field.display = getDisplayProcessor({ field, theme });
  }
  return made;
}

function latest(values: Series['values']) {
  return values.filter((value) => value !== null).at(-1) ?? null;
}

function Lines(room: Room) {
  const [from, to] = [dateTime(window.board.from), dateTime(window.board.to)];
  return (
    <TimeSeries
      frames={room.series.map((one, place) => frame(room, one, place))}
      timeRange={{ from, to, raw: { from, to } }}
      timeZone="utc"
      legend={room.panel.options.legend}
      width={room.width}
      height={room.height}
    />
  );
}

function Numbers(room: Room) {
  const width = room.width / room.series.length;
  return (
    <div style={{ display: 'flex' }}>
      {room.series.map((one, place) => {
        const [time, field] = frame(room, one, place).fields;
        const title = room.series.length > 1 ? one.name : undefined;
        return (
          <BigValue
            key={one.name}
            value={{ ...field.display!(latest(one.values)), title }}
            sparkline={{ x: time, y: field }}
            colorMode={BigValueColorMode.Value}
            graphMode={BigValueGraphMode.Area}
            width={width}
            height={room.height}
            theme={room.theme}
          />
        );
      })}
    </div>
  );
}

function Bars(room: Room) {
  const height = room.height / room.series.length - 8;
  const names = room.series.map(({ name }) => name).sort((one, other) => one.length - other.length);
  return room.series.map((one, place) => {
    const [, field] = frame(room, one, place).fields;
    return (
      <BarGauge
        key={one.name}
        value={{ ...field.display!(latest(one.values)), title: one.name }}
        field={field.config}
        display={field.display}
        displayMode={room.panel.options.displayMode}
        orientation={room.panel.options.orientation}
        text={{ titleSize: 14, valueSize: 18 }}
        alignmentFactors={{ title: names.at(-1)!, text: '-100.0%' }}
        itemSpacing={8}
        width={room.width}
        height={height}
        theme={room.theme}
      />
    );
  });
}

// Grafana's heatmap is no public component: rows of cells, the darker the more events.
function Heatmap({ series, height }: Room) {
  const most = Math.max(...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const { from, to } = window.board;
  const row = { display: 'flex', height: height / series.length, fontSize: 10 };
  return [...series].reverse().map(({ name, times, values }) => (
    <div key={name} style={row}>
      <span style={{ width: 40 }}>{name} s</span>
      <div style={{ position: 'relative', flex: 1 }}>
        {values.map((value, place) => {
          const left = `${(100 * (times[place] - from)) / (to - from)}%`;
          const width = `${100 / POINTS}%`;
          const alpha = Math.sqrt((value ?? 0) / most); // the dashboard's exponent of 0.5
          const background = `rgba(217, 72, 1, ${alpha})`;
          return (
            <i key={place} style={{ position: 'absolute', height: '100%', left, width, background }} />
          );
        })}
      </div>
    </div>
  ));
}

export const drawings: Record<string, (room: Room) => React.ReactNode> = {
  bargauge: Bars,
  heatmap: Heatmap,
  stat: Numbers,
  timeseries: Lines,
};
