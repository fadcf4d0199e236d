import os

# The SDK reads this when it is imported: its seventy spans a request cost a third of the throughput.
os.environ.setdefault("OTEL_INSTRUMENTATION_A2A_SDK_ENABLED", "false")
