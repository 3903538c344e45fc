using Google.Protobuf;
using Progeny.Core.Common.Onnx;

namespace Progeny.Trainer.Onnx;

/// <summary>Builds an ONNX graph node by node. Values are known by their names, which the builder makes unique.</summary>
internal sealed class GraphBuilder
{
    /// <summary>The domain of the operators for classical machine learning.</summary>
    public const string MachineLearning = "ai.onnx.ml";

    readonly GraphProto _graph = new() { Name = "model" };
    readonly HashSet<string> _names;

    /// <param name="reserved">Names that the builder must not give to a value of its own: inputs and outputs.</param>
    public GraphBuilder(IEnumerable<string> reserved) => _names = reserved.ToHashSet(StringComparer.Ordinal);

    public GraphProto Graph => _graph;

    /// <summary>An input of shape [rows, 1].</summary>
    public string Input(string name, TensorProto.Types.DataType type)
    {
        _graph.Input.Add(Describe(name, type, 1));
        return name;
    }

    /// <summary>Gives a value to the caller of the graph, of shape [rows, columns], or [rows] without columns.</summary>
    public void Output(string name, TensorProto.Types.DataType type, int? columns) => _graph.Output.Add(Describe(name, type, columns));

    /// <summary>A tensor of numbers; without a shape a single one.</summary>
    public string Constant(string hint, IReadOnlyList<float> values, params IReadOnlyList<long> shape)
    {
        var tensor = new TensorProto { Name = Unique(hint), DataType = (int)TensorProto.Types.DataType.Float };
        tensor.FloatData.AddRange(values);
        tensor.Dims.AddRange(shape);
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>A list of whole numbers.</summary>
    public string Constant(string hint, IReadOnlyList<long> values)
    {
        var tensor = new TensorProto { Name = Unique(hint), DataType = (int)TensorProto.Types.DataType.Int64, Dims = { values.Count } };
        tensor.Int64Data.AddRange(values);
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="inputs">The names of its inputs.</param>
    /// <param name="attributes">Attributes by name: long, float, string, or lists of them.</param>
    /// <param name="domain">The operator's domain; empty for ONNX's own.</param>
    /// <param name="output">The output's name; null: a name of the builder's.</param>
    public string Node(
        string operation,
        IReadOnlyList<string> inputs,
        IReadOnlyList<(string Name, object Value)>? attributes = null,
        string domain = "",
        string? output = null)
    {
        output ??= Unique(operation);
        var node = new NodeProto { OpType = operation, Name = output, Domain = domain };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        node.Attribute.AddRange((attributes ?? []).Select(a => Attribute(a.Name, a.Value)));
        _graph.Node.Add(node);
        return output;
    }

    string Unique(string hint)
    {
        var name = hint;
        for (var i = 1; !_names.Add(name); i++)
            name = FormattableString.Invariant($"{hint}_{i}");
        return name;
    }

    static ValueInfoProto Describe(string name, TensorProto.Types.DataType type, int? columns)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "rows" } } };
        if (columns is { } count)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = count });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } },
        };
    }

    static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case long number:
                (attribute.I, attribute.Type) = (number, AttributeProto.Types.AttributeType.Int);
                break;
            case float number:
                (attribute.F, attribute.Type) = (number, AttributeProto.Types.AttributeType.Float);
                break;
            case string text:
                (attribute.S, attribute.Type) = (ByteString.CopyFromUtf8(text), AttributeProto.Types.AttributeType.String);
                break;
            case IEnumerable<long> numbers:
                attribute.Ints.AddRange(numbers);
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                break;
            case IEnumerable<float> numbers:
                attribute.Floats.AddRange(numbers);
                attribute.Type = AttributeProto.Types.AttributeType.Floats;
                break;
            case IEnumerable<string> texts:
                attribute.Strings.AddRange(texts.Select(ByteString.CopyFromUtf8));
                attribute.Type = AttributeProto.Types.AttributeType.Strings;
                break;
            default:
                throw new ArgumentException($"an attribute cannot be a {value.GetType()}", nameof(value));
        }
        return attribute;
    }
}
