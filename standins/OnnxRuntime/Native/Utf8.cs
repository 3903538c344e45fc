using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.OnnxRuntime.Native;

/// <summary>Conversions between strings and the zero-terminated UTF-8 of the C API.</summary>
internal static unsafe class Utf8
{
    /// <summary>Zero-terminated bytes of <paramref name="text"/>; the C API would cut it at an embedded zero, so that is refused.</summary>
    public static byte[] ToBytes(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("The text holds a zero character, which the native library cannot take.", nameof(text));
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    /// <summary>A file path as the C API wants it: UTF-16 on Windows, UTF-8 elsewhere.</summary>
    public static byte[] ToPath(string path) =>
        OperatingSystem.IsWindows() ? Encoding.Unicode.GetBytes(path + '\0') : ToBytes(path);

    /// <summary>The text at a zero-terminated pointer; empty for a null pointer.</summary>
    public static string ToString(byte* text) => text == null ? "" : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

    /// <summary>The text at a pointer that the default allocator handed out; the memory goes back to it.</summary>
    public static string Take(byte* text)
    {
        try
        {
            return ToString(text);
        }
        finally
        {
            Free(text);
        }
    }

    /// <summary>Gives memory back to the default allocator; nothing for a null pointer.</summary>
    public static void Free(void* memory)
    {
        if (memory != null) Status.Check(OrtApi.AllocatorFree(OrtApi.DefaultAllocator, memory));
    }
}
