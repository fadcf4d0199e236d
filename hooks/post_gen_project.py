"""What cookiecutter runs after its last question, in the folder that it has made.

It is rendered and run from elsewhere, so that all else is a module beside this file.
"""

import json
import sys
from pathlib import Path

# tojson escapes quotes, and JSON has no three of them in a row: any answer stays in this string.
context, offered = json.loads(r"""{{ [cookiecutter, _cookiecutter] | tojson }}""")

if __name__ == "__main__":
    sys.path.insert(0, str(Path(context["_repo_dir"], "hooks")))
    from hand_over import hand_over

    hand_over(context, offered)
