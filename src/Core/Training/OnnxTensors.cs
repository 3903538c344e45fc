using Google.Protobuf;
using Progeny.Core.Common.Onnx;

namespace Progeny.Core.Training;

/// <summary>All tensors that an ONNX file holds: of graphs, of the graphs inside nodes, of functions and of training.</summary>
internal static class OnnxTensors
{
    /// <summary>The model in a file; null: it is none.</summary>
    public static ModelProto? TryParse(byte[] bytes)
    {
        try
        {
            return ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>Whether the data of a tensor lie in another file.</summary>
    public static bool IsExternal(TensorProto tensor) =>
        tensor.DataLocation == TensorProto.Types.DataLocation.External || tensor.ExternalData.Count > 0;

    public static IEnumerable<TensorProto> Of(ModelProto model) =>
    [
        .. Of(model.Graph),
        .. model.TrainingInfo.SelectMany(training => Of(training.Initialization).Concat(Of(training.Algorithm))),
        .. model.Functions.SelectMany(function => function.Node.SelectMany(Of).Concat(function.AttributeProto.SelectMany(Of))),
    ];

    private static IEnumerable<TensorProto> Of(GraphProto? graph) =>
        graph is null ? [] : [.. graph.Initializer, .. graph.SparseInitializer.SelectMany(Of), .. graph.Node.SelectMany(Of)];

    private static IEnumerable<TensorProto> Of(NodeProto node) => node.Attribute.SelectMany(Of);

    private static IEnumerable<TensorProto> Of(AttributeProto attribute) =>
    [
        .. attribute.T is { } tensor ? [tensor] : Array.Empty<TensorProto>(),
        .. attribute.Tensors,
        .. Of(attribute.G),
        .. attribute.Graphs.SelectMany(Of),
        .. attribute.SparseTensor is { } sparse ? Of(sparse) : [],
        .. attribute.SparseTensors.SelectMany(Of),
    ];

    private static IEnumerable<TensorProto> Of(SparseTensorProto sparse) => new[] { sparse.Values, sparse.Indices }.OfType<TensorProto>();
}
