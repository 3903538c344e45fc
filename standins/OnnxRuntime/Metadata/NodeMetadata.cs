using Microsoft.ML.OnnxRuntime.Native;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>What a model declares for an input or an output.</summary>
public sealed unsafe class NodeMetadata
{
    private readonly object? _details;

    private NodeMetadata(OnnxValueType type, object? details)
    {
        OnnxValueType = type;
        _details = details;
    }

    /// <summary>The kind of the value.</summary>
    public OnnxValueType OnnxValueType { get; }

    /// <summary>Whether the value is a tensor; the members below that speak of elements are for tensors only.</summary>
    public bool IsTensor => OnnxValueType is OnnxValueType.ONNX_TYPE_TENSOR or OnnxValueType.ONNX_TYPE_SPARSETENSOR;

    /// <summary>The dimensions, outermost first; -1 where any size goes.</summary>
    public int[] Dimensions => Tensor.Dimensions;

    /// <summary>The names of the dimensions; empty where one has none.</summary>
    public string[] SymbolicDimensions => Tensor.SymbolicDimensions;

    /// <summary>The .NET type of the elements.</summary>
    public Type ElementType => Tensor.ElementTypeInfo.TensorType;

    /// <summary>The type of the elements.</summary>
    public TensorElementType ElementDataType => Tensor.ElementDataType;

    /// <summary>Whether the elements are strings.</summary>
    public bool IsString => Tensor.ElementTypeInfo.IsString;

    private TensorTypeAndShape Tensor =>
        _details as TensorTypeAndShape ?? throw new OnnxRuntimeException(ErrorCode.Fail, $"The value is {OnnxValueType}, not a tensor.");

    /// <summary>The types of a map.</summary>
    /// <exception cref="OnnxRuntimeException">The value is no map.</exception>
    public MapMetadata AsMapMetadata() =>
        _details as MapMetadata ?? throw new OnnxRuntimeException(ErrorCode.Fail, $"The value is {OnnxValueType}, not a map.");

    /// <summary>The type of the elements of a sequence.</summary>
    /// <exception cref="OnnxRuntimeException">The value is no sequence.</exception>
    public SequenceMetadata AsSequenceMetadata() =>
        _details as SequenceMetadata ?? throw new OnnxRuntimeException(ErrorCode.Fail, $"The value is {OnnxValueType}, not a sequence.");

    /// <summary>The type of a value that may be missing.</summary>
    /// <exception cref="OnnxRuntimeException">The value is not optional.</exception>
    public OptionalMetadata AsOptionalMetadata() =>
        _details as OptionalMetadata ?? throw new OnnxRuntimeException(ErrorCode.Fail, $"The value is {OnnxValueType}, not optional.");

    /// <summary>Reads a native type description and frees it.</summary>
    internal static NodeMetadata Take(nint typeInfo)
    {
        try
        {
            int type;
            Status.Check(OrtApi.GetOnnxTypeFromTypeInfo(typeInfo, &type));
            // The casts below give views into the description, which need no release of their own.
            nint view;
            nint element;
            switch ((OnnxValueType)type)
            {
                case OnnxValueType.ONNX_TYPE_TENSOR or OnnxValueType.ONNX_TYPE_SPARSETENSOR:
                    Status.Check(OrtApi.CastTypeInfoToTensorInfo(typeInfo, &view));
                    return new NodeMetadata((OnnxValueType)type, new TensorTypeAndShape(view));
                case OnnxValueType.ONNX_TYPE_SEQUENCE:
                    Status.Check(OrtApi.CastTypeInfoToSequenceTypeInfo(typeInfo, &view));
                    Status.Check(OrtApi.GetSequenceElementType(view, &element));
                    return new NodeMetadata(OnnxValueType.ONNX_TYPE_SEQUENCE, new SequenceMetadata(Take(element)));
                case OnnxValueType.ONNX_TYPE_OPTIONAL:
                    Status.Check(OrtApi.CastTypeInfoToOptionalTypeInfo(typeInfo, &view));
                    Status.Check(OrtApi.GetOptionalContainedTypeInfo(view, &element));
                    return new NodeMetadata(OnnxValueType.ONNX_TYPE_OPTIONAL, new OptionalMetadata(Take(element)));
                case OnnxValueType.ONNX_TYPE_MAP:
                    Status.Check(OrtApi.CastTypeInfoToMapTypeInfo(typeInfo, &view));
                    int key;
                    Status.Check(OrtApi.GetMapKeyType(view, &key));
                    Status.Check(OrtApi.GetMapValueType(view, &element));
                    return new NodeMetadata(OnnxValueType.ONNX_TYPE_MAP, new MapMetadata((TensorElementType)key, Take(element)));
                default:
                    throw new OnnxRuntimeException(ErrorCode.NotImplemented, $"A model with a value of {(OnnxValueType)type} cannot be used here.");
            }
        }
        finally
        {
            OrtApi.ReleaseTypeInfo(typeInfo);
        }
    }
}
