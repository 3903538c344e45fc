using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime.Native;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

public sealed unsafe partial class OrtValue
{
    /// <summary>A tensor over an array, which is pinned and shared, not copied.</summary>
    /// <param name="data">At least as many elements as the shape asks for, in row-major order.</param>
    /// <param name="shape">The dimensions, outermost first; empty for a scalar.</param>
    /// <exception cref="OnnxRuntimeException">The type is no element type, or the array is too small.</exception>
    public static OrtValue CreateTensorValueFromMemory<T>(T[] data, long[] shape)
        where T : unmanaged =>
        CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, data.AsMemory(), shape);

    /// <summary>A tensor over managed memory, which is pinned and shared, not copied.</summary>
    /// <param name="memoryInfo">Where the memory lies: <see cref="OrtMemoryInfo.DefaultInstance"/>.</param>
    /// <param name="memory">At least as many elements as the shape asks for, in row-major order.</param>
    /// <param name="shape">The dimensions, outermost first; empty for a scalar.</param>
    /// <exception cref="OnnxRuntimeException">The type is no element type, or the memory is too small.</exception>
    public static OrtValue CreateTensorValueFromMemory<T>(OrtMemoryInfo memoryInfo, Memory<T> memory, long[] shape)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(memoryInfo);
        var type = ElementTypes.Of<T>();
        var count = CountOf(shape);
        if (count > memory.Length)
        {
            throw new OnnxRuntimeException(
                ErrorCode.InvalidArgument, $"The shape [{string.Join(", ", shape)}] needs {count} elements; the memory has {memory.Length}.");
        }

        var pin = memory.Pin();
        try
        {
            var handle = CreateOver(memoryInfo, pin.Pointer, (nuint)memory.Length * (nuint)Unsafe.SizeOf<T>(), type, shape);
            return new OrtValue(handle, type, count, pin);
        }
        catch
        {
            pin.Dispose();
            throw;
        }
    }

    /// <summary>A tensor over native memory, which stays the caller's and must outlive the value.</summary>
    /// <param name="memInfo">Where the memory lies.</param>
    /// <param name="elementType">The type of the elements, not string.</param>
    /// <param name="shape">The dimensions, outermost first; empty for a scalar.</param>
    /// <param name="dataBufferPtr">The first element.</param>
    /// <param name="bufferLengthInBytes">The size of the memory in bytes.</param>
    /// <exception cref="OnnxRuntimeException">The type does not fit, or the memory is too small.</exception>
    public static OrtValue CreateTensorValueWithData(
        OrtMemoryInfo memInfo, TensorElementType elementType, long[] shape, IntPtr dataBufferPtr, long bufferLengthInBytes)
    {
        ArgumentNullException.ThrowIfNull(memInfo);
        var info = ElementTypes.Get(elementType);
        if (info.IsString) throw new OnnxRuntimeException(ErrorCode.InvalidArgument, "Strings cannot lie in shared memory; make an empty string tensor and set its elements.");
        var count = CountOf(shape);
        if (checked(count * info.TypeSize) > bufferLengthInBytes)
        {
            throw new OnnxRuntimeException(
                ErrorCode.InvalidArgument, $"The shape [{string.Join(", ", shape)}] needs {count * info.TypeSize} bytes; the memory has {bufferLengthInBytes}.");
        }

        var handle = CreateOver(memInfo, (void*)dataBufferPtr, (nuint)bufferLengthInBytes, elementType, shape);
        return new OrtValue(handle, elementType, count, default);
    }

    /// <summary>A tensor with memory of its own, whose elements are not set yet.</summary>
    /// <param name="allocator">Where the memory comes from.</param>
    /// <param name="elementType">The type of the elements.</param>
    /// <param name="shape">The dimensions, outermost first; empty for a scalar.</param>
    public static OrtValue CreateAllocatedTensorValue(OrtAllocator allocator, TensorElementType elementType, long[] shape)
    {
        ArgumentNullException.ThrowIfNull(allocator);
        var count = CountOf(shape);
        nint handle;
        fixed (long* dimensions = shape)
        {
            Status.Check(OrtApi.CreateTensorAsOrtValue(allocator.Handle, dimensions, (nuint)shape.Length, (int)elementType, &handle));
        }

        return new OrtValue(handle, elementType, count, default);
    }

    /// <summary>A tensor of empty strings, to be set by <see cref="StringTensorSetElementAt(ReadOnlySpan{char}, int)"/>.</summary>
    /// <param name="allocator">Where the memory comes from.</param>
    /// <param name="shape">The dimensions, outermost first; empty for a scalar.</param>
    public static OrtValue CreateTensorWithEmptyStrings(OrtAllocator allocator, long[] shape) =>
        CreateAllocatedTensorValue(allocator, TensorElementType.String, shape);

    private static nint CreateOver(OrtMemoryInfo memoryInfo, void* data, nuint bytes, TensorElementType type, long[] shape)
    {
        nint handle;
        byte none;
        fixed (long* dimensions = shape)
        {
            // An empty tensor may come with no address at all, which the native library refuses.
            var address = data == null && bytes == 0 ? &none : data;
            Status.Check(OrtApi.CreateTensorWithDataAsOrtValue(
                memoryInfo.Handle, address, bytes, dimensions, (nuint)shape.Length, (int)type, &handle));
        }

        GC.KeepAlive(memoryInfo);
        return handle;
    }

    private static long CountOf(long[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        long count = 1;
        foreach (var dimension in shape)
        {
            if (dimension < 0) throw new ArgumentOutOfRangeException(nameof(shape), dimension, "A tensor that exists has no negative dimension.");
            count = checked(count * dimension);
        }

        return count;
    }
}
