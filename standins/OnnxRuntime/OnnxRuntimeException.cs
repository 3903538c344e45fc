using Microsoft.ML.OnnxRuntime.Native;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>An error of ONNX Runtime; the message begins with the code, e.g. <c>[ErrorCode:InvalidArgument]</c>.</summary>
public sealed class OnnxRuntimeException : Exception
{
    internal OnnxRuntimeException(ErrorCode code, string message)
        : base($"[ErrorCode:{code}] {message}")
    {
    }
}
