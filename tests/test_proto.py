"""The printed a2a.proto says exactly what the installed SDK serves."""

import runpy
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from a2a.types import a2a_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts" / "print_proto.py"
PROTO = ROOT / "template" / "proto" / "a2a.proto"
BUF = Path(sysconfig.get_path("scripts")) / "buf"
EVERY_CONSTRUCT = """
syntax = "proto3";
package lf.a2a.v1;
import "google/api/annotations.proto";
import "google/api/client.proto";
import "google/api/field_behavior.proto";
import "google/protobuf/empty.proto";
option go_package = "with a \\" quote";
message Outer {
  option deprecated = true;
  reserved 2, 4 to 6;
  reserved "old";
  message Inner { optional bool set = 1; }
  enum Kind { option allow_alias = true; reserved 7 to 8; A = 0; B = -1; C = 0 [deprecated = true]; }
  map<int64, Inner> inner_by_id = 1;
  repeated Kind kinds = 3 [packed = false, (google.api.field_behavior) = REQUIRED, (google.api.field_behavior) = IMMUTABLE];
  oneof choice { string oauth2_url = 7; bytes raw = 8 [json_name = "other"]; }
  google.protobuf.Empty nothing = 9;
  double last = 10;
}
message Nothing {}
service Everything {
  option (google.api.default_host) = "example.org";
  rpc Both(stream Outer) returns (stream Outer.Inner);
  rpc Web(Nothing) returns (google.protobuf.Empty) {
    option (google.api.method_signature) = "a";
    option (google.api.method_signature) = "b";
    option (google.api.http) = { get: "/x" additional_bindings { custom { kind: "HEAD" path: "/y" } } };
  }
}
"""


def image_of(text: str, folder: Path) -> Path:
    """Compile the text, with everything it imports, into a file that buf reads as well."""
    folder.mkdir(exist_ok=True)
    (folder / "a2a.proto").write_text(text)
    image = folder / "image.binpb"
    includes = [f"-I{folder}", f"-I{sysconfig.get_path('purelib')}"]
    outputs = ["--include_imports", "--include_source_info", f"--descriptor_set_out={image}"]
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", *includes, *outputs, "a2a.proto"], check=True
    )
    return image


def compiled(text: str, folder: Path) -> FileDescriptorProto:
    (file,) = (
        file
        for file in FileDescriptorSet.FromString(image_of(text, folder).read_bytes()).file
        if file.name == "a2a.proto"
    )
    file.ClearField("source_code_info")
    return file


def served_by_sdk() -> FileDescriptorProto:
    file = FileDescriptorProto()
    a2a_pb2.DESCRIPTOR.CopyToProto(file)
    return file


def buf(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    config = ["--config", str(PROTO.parent / "buf.yaml"), "--path", "a2a.proto"]
    return subprocess.run(
        [str(BUF), *map(str, arguments), *config], capture_output=True, text=True, check=False
    )


def check_script(target: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), "--check", "--target", str(target)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_committed_file_is_what_the_script_prints() -> None:
    """A re-run of the script changes nothing."""
    result = check_script(PROTO)

    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def test_script_shows_what_differs(tmp_path: Path) -> None:
    """An edit by hand is shown as a diff and ends with 1."""
    edited = tmp_path / "a2a.proto"
    edited.write_text(PROTO.read_text().replace("string token = 5;", "string token = 50;"))

    result = check_script(edited)

    assert result.returncode == 1
    assert "-  string token = 50;\n+  string token = 5;\n" in result.stdout


def test_compiled_file_equals_the_sdk_descriptors(tmp_path: Path) -> None:
    """Names, numbers, types, labels, oneofs, enums, services, streaming and options are the SDK's."""
    assert str(served_by_sdk()) == str(compiled(PROTO.read_text(), tmp_path))


@pytest.mark.parametrize(
    ("ours", "planted"),
    [
        ("string token = 5;", "string token = 50;"),
        ("repeated Message history", "Message history"),
        ("optional int32 page_size", "int32 page_size"),
        ("ROLE_AGENT = 2", "ROLE_AGENT = 3"),
        ("returns (stream StreamResponse)", "returns (StreamResponse)"),
        ('"/{tenant}/message:send"', '"/{tenant}/message:sent"'),
        ("[deprecated = true]", ""),
    ],
)
def test_planted_difference_is_noticed(ours: str, planted: str, tmp_path: Path) -> None:
    """The comparison is not blind in any of the things it claims to compare."""
    edited = PROTO.read_text().replace(ours, planted, 1)

    assert str(served_by_sdk()) != str(compiled(edited, tmp_path))


def test_printing_loses_nothing(tmp_path: Path) -> None:
    """A file with every construct of the language that the protocol may come to use survives."""
    proto_text = runpy.run_path(str(SCRIPT))["proto_text"]
    original = compiled(EVERY_CONSTRUCT, tmp_path)

    printed = proto_text(original)

    assert str(original) == str(compiled(printed, tmp_path))


def test_buf_lint_passes(tmp_path: Path) -> None:
    """The file keeps buf's standard rules, but for the exceptions in buf.yaml."""
    result = buf("lint", image_of(PROTO.read_text(), tmp_path))

    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def test_buf_refuses_a_breaking_change(tmp_path: Path) -> None:
    """A field that changes its type breaks the callers, and buf says where."""
    edited = PROTO.read_text().replace("string token = 5;", "int32 token = 5;")
    ours, broken = (
        image_of(PROTO.read_text(), tmp_path / "ours"),
        image_of(edited, tmp_path / "broken"),
    )

    assert buf("breaking", ours, "--against", ours).returncode == 0
    assert '"token"' in buf("breaking", broken, "--against", ours).stdout
