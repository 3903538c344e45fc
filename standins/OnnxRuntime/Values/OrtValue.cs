using System.Buffers;
using Microsoft.ML.OnnxRuntime.Native;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>
/// A value that a model takes or yields: a tensor, a sequence or a map. It owns its native part, and pins the managed
/// memory it was made over, until it is disposed; a forgotten one is freed by its finalizer.
/// </summary>
public sealed unsafe partial class OrtValue : IDisposable
{
    private nint _handle;
    private MemoryHandle _pin;

    // What a tensor holds never changes; asked for once, because reading data needs it each time.
    private TensorElementType _elementType;
    private long _elementCount = -1;

    internal OrtValue(nint handle)
    {
        // Owned from here on: if the next call throws, the finalizer frees it.
        _handle = handle;
        int type;
        Status.Check(OrtApi.GetValueType(handle, &type));
        OnnxType = (OnnxValueType)type;
    }

    private OrtValue(nint handle, TensorElementType elementType, long elementCount, MemoryHandle pin)
    {
        _handle = handle;
        _pin = pin;
        _elementType = elementType;
        _elementCount = elementCount;
        OnnxType = OnnxValueType.ONNX_TYPE_TENSOR;
    }

#pragma warning disable MA0055 // A SafeHandle would be a second object for each value of each run.
    /// <summary>Frees a forgotten value.</summary>
    ~OrtValue() => Release();
#pragma warning restore MA0055

    /// <summary>The kind of the value.</summary>
    public OnnxValueType OnnxType { get; }

    /// <summary>Whether the value is a (dense) tensor.</summary>
    public bool IsTensor => OnnxType == OnnxValueType.ONNX_TYPE_TENSOR;

    /// <summary>Whether the value is a sparse tensor.</summary>
    public bool IsSparseTensor => OnnxType == OnnxValueType.ONNX_TYPE_SPARSETENSOR;

    internal nint Handle
    {
        get
        {
            var handle = _handle;
            ObjectDisposedException.ThrowIf(handle == 0, this);
            return handle;
        }
    }

    /// <summary>The element type and the shape of a tensor.</summary>
    /// <exception cref="OnnxRuntimeException">The value is no tensor.</exception>
    public OrtTensorTypeAndShapeInfo GetTensorTypeAndShape()
    {
        if (!IsTensor && !IsSparseTensor) throw NoTensor();
        nint info;
        Status.Check(OrtApi.GetTensorTypeAndShape(Handle, &info));
        try
        {
            return new OrtTensorTypeAndShapeInfo(info);
        }
        finally
        {
            OrtApi.ReleaseTensorTypeAndShapeInfo(info);
            GC.KeepAlive(this);
        }
    }

    /// <summary>The number of parts: elements of a sequence; 2 (keys and values) for a map.</summary>
    /// <exception cref="OnnxRuntimeException">The value has no parts.</exception>
    public int GetValueCount()
    {
        nuint count;
        Status.Check(OrtApi.GetValueCount(Handle, &count));
        GC.KeepAlive(this);
        return (int)count;
    }

    /// <summary>A part of a sequence or of a map (0: its keys, 1: its values), for the caller to dispose.</summary>
    /// <param name="index">Which part, less than <see cref="GetValueCount"/>.</param>
    /// <param name="allocator">Where the part is put.</param>
    /// <exception cref="OnnxRuntimeException">The value has no such part.</exception>
    public OrtValue GetValue(int index, OrtAllocator allocator)
    {
        ArgumentNullException.ThrowIfNull(allocator);
        nint part;
        Status.Check(OrtApi.GetValue(Handle, index, allocator.Handle, &part));
        GC.KeepAlive(this);
        return new OrtValue(part);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        var handle = Interlocked.Exchange(ref _handle, 0);
        if (handle == 0) return;
        OrtApi.ReleaseValue(handle);
        _pin.Dispose();
        _pin = default;
    }

    private OnnxRuntimeException NoTensor() => new(ErrorCode.InvalidArgument, $"The value is {OnnxType}, not a tensor.");
}
