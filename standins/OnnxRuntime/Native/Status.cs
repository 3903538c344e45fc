using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.OnnxRuntime.Native;

/// <summary>Turns the status of a native call into an exception.</summary>
internal static unsafe class Status
{
    /// <summary>Returns when the call succeeded; otherwise frees the status and throws what it says.</summary>
    /// <exception cref="OnnxRuntimeException">The call failed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(nint status)
    {
        if (status != 0) Throw(status);
    }

    [DoesNotReturn]
    private static void Throw(nint status)
    {
        OnnxRuntimeException error;
        try
        {
            error = new OnnxRuntimeException((ErrorCode)OrtApi.GetErrorCode(status), Utf8.ToString(OrtApi.GetErrorMessage(status)));
        }
        finally
        {
            OrtApi.ReleaseStatus(status);
        }

        throw error;
    }
}
