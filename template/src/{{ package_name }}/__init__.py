from .observability import sdk_spans

sdk_spans.leave_out()
