using Microsoft.ML.OnnxRuntime.Native;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

public sealed unsafe partial class OrtValue
{
    /// <summary>The elements of a tensor, in row-major order; valid until the value is disposed.</summary>
    /// <typeparam name="T">The .NET type of the elements; <see cref="byte"/> gives the bytes of any.</typeparam>
    /// <exception cref="OnnxRuntimeException">The value is no tensor, or one of another type.</exception>
    public ReadOnlySpan<T> GetTensorDataAsSpan<T>()
        where T : unmanaged => Data<T>();

    /// <summary>The elements of a tensor for writing, in row-major order; valid until the value is disposed.</summary>
    /// <typeparam name="T">The .NET type of the elements; <see cref="byte"/> gives the bytes of any.</typeparam>
    /// <exception cref="OnnxRuntimeException">The value is no tensor, or one of another type.</exception>
    public Span<T> GetTensorMutableDataAsSpan<T>()
        where T : unmanaged => Data<T>();

    /// <summary>The bytes of a tensor for writing; valid until the value is disposed.</summary>
    /// <exception cref="OnnxRuntimeException">The value is no tensor, or one of strings.</exception>
    public Span<byte> GetTensorMutableRawData() => Data<byte>();

    /// <summary>The size of the elements of a tensor in bytes.</summary>
    /// <exception cref="OnnxRuntimeException">The value is no tensor, or one of strings.</exception>
    public long GetTensorSizeInBytes()
    {
        nuint size;
        Status.Check(OrtApi.GetTensorSizeInBytes(Handle, &size));
        GC.KeepAlive(this);
        return (long)size;
    }

    private Span<T> Data<T>()
        where T : unmanaged
    {
        var handle = Handle;
        if (_elementCount < 0) Describe();
        var info = ElementTypes.Get(_elementType);
        if (info.IsString) throw new OnnxRuntimeException(ErrorCode.InvalidArgument, "The tensor holds strings, which have no data to share; read them one by one.");
        if (typeof(T) != typeof(byte) && typeof(T) != info.TensorType)
            throw new OnnxRuntimeException(ErrorCode.InvalidArgument, $"The tensor holds elements of {info.TensorType}, not of {typeof(T)}.");

        if (_elementCount == 0) return [];
        var length = typeof(T) == typeof(byte) ? _elementCount * info.TypeSize : _elementCount;
        if (length > int.MaxValue)
            throw new OnnxRuntimeException(ErrorCode.InvalidArgument, $"The tensor has {length} elements of {typeof(T)}; a span holds no more than {int.MaxValue}.");
        void* data;
        Status.Check(OrtApi.GetTensorMutableData(handle, &data));
        GC.KeepAlive(this);
        return new Span<T>(data, (int)length);
    }

    private void Describe()
    {
        if (!IsTensor) throw NoTensor();
        nint info;
        Status.Check(OrtApi.GetTensorTypeAndShape(Handle, &info));
        try
        {
            int type;
            Status.Check(OrtApi.GetTensorElementType(info, &type));
            nuint count;
            Status.Check(OrtApi.GetTensorShapeElementCount(info, &count));
            _elementType = (TensorElementType)type;
            _elementCount = (long)count;
        }
        finally
        {
            OrtApi.ReleaseTensorTypeAndShapeInfo(info);
            GC.KeepAlive(this);
        }
    }
}
