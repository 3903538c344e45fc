using System.Globalization;
using Progeny.Core.Common.Onnx;

namespace Progeny.Core.Training;

/// <summary>
/// What of an ONNX graph a tensor comes from, as far as the classes matter: the classifiers that are nearest to it, through the graphs of
/// If, Loop and Scan and the model's own functions.
/// </summary>
internal sealed class ClassifierTrace
{
    // They leave columns where they are.
    private static readonly HashSet<string> KeepColumns = new(StringComparer.Ordinal)
    {
        "Identity", "Cast", "CastLike", "Normalizer", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Softmax", "Sigmoid", "Clip", "Dropout", "Exp", "Relu",
        "Add", "Mul", "Div", "Sum", "Mean", "Max", "Min",
    };

    private static readonly HashSet<string> Deciders = new(StringComparer.Ordinal)
    {
        "ArgMax", "ArgMin", "TopK", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "ZipMap", "Round",
    };

    private readonly ModelProto _model;
    private readonly Scope _main;
    private readonly HashSet<(Scope Scope, string Tensor, bool KeepsColumns)> _seen = [];

    public ClassifierTrace(ModelProto model)
    {
        _model = model;
        _main = new Scope(model.Graph.Node, null, null);
    }

    /// <summary>A classifier, or another node with a list of class names.</summary>
    /// <param name="Label">The tensor of its labels, where that is one of the model's main graph; else null.</param>
    /// <param name="Names">The names of its columns, in their order.</param>
    /// <param name="AreNumbers">Whether they are whole numbers.</param>
    /// <param name="KeepsColumns">Whether nothing on the way to the tensor moves columns.</param>
    public sealed record Classifier(string Operator, string? Label, IReadOnlyList<string> Names, bool AreNumbers, bool KeepsColumns);

    /// <summary>The classifiers that are nearest to a tensor of the main graph.</summary>
    public List<Classifier> NearestTo(string tensor)
    {
        _seen.Clear();
        var found = new List<Classifier>();
        Visit(tensor, found);
        // A ZipMap behind the same columns names them, too.
        var columns = _seen.Where(seen => seen.Scope == _main && seen.KeepsColumns).Select(seen => seen.Tensor)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var map in _model.Graph.Node.Where(node => node.OpType == "ZipMap" && node.Input.Count > 0 && NamesOf(node) is not null))
        {
            _seen.Clear();
            Visit(map.Input[0], []);
            if (_seen.Any(seen => seen.Scope == _main && seen.KeepsColumns && columns.Contains(seen.Tensor)))
                found.Add(Of(map, _main, keepsColumns: true)!);
        }

        return found;
    }

    /// <summary>
    /// Whether a tensor of the main graph comes from a decision, as labels do: a classifier, a greatest score or a threshold.
    /// </summary>
    public bool ComesFromDecision(string tensor)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([tensor]);
        while (open.TryPop(out var name))
        {
            if (!seen.Add(name) || !_main.Producers.TryGetValue(name, out var producer))
                continue;
            if (Decides(producer.Node))
                return true;
            foreach (var input in producer.Node.Input)
                open.Push(input);
        }

        return false;
    }

    private bool Decides(NodeProto node) => IsClassifier(node) || Deciders.Contains(node.OpType)
        || GraphsOf(node).Any(graph => graph.Node.Any(Decides)) || (FunctionOf(node) is { } function && function.Node.Any(Decides));

    // Without recursion: a graph may be thousands of nodes deep.
    private void Visit(string tensor, List<Classifier> found)
    {
        var open = new Stack<(Scope Scope, string Tensor, bool KeepsColumns)>([(_main, tensor, true)]);
        while (open.TryPop(out var next))
        {
            if (next.Tensor.Length == 0 || !_seen.Add(next))
                continue;
            if (next.Scope.Producers.TryGetValue(next.Tensor, out var producer))
                Visit(next.Scope, producer.Node, producer.Index, next.KeepsColumns, open, found);
            else if (next.Scope.Outer is { } outer)
                open.Push(
                    (outer, next.Scope.Arguments is { } arguments
                        ? arguments.GetValueOrDefault(next.Tensor, "")
                        : next.Tensor, next.KeepsColumns));
        }
    }

    private void Visit(
        Scope scope,
        NodeProto node,
        int index,
        bool keepsColumns,
        Stack<(Scope Scope, string Tensor, bool KeepsColumns)> open,
        List<Classifier> found)
    {
        if (IsClassifier(node))
        {
            found.Add(Of(node, scope, keepsColumns)!);
            return;
        }

        if (FunctionOf(node) is { } function)
        {
            var arguments = function.Input.Zip(node.Input).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
            if (index < function.Output.Count)
                open.Push((scope.Inner(node, () => new Scope(function.Node, scope, arguments)), function.Output[index], keepsColumns));
            return;
        }

        var isBranch = node.OpType == "If";
        foreach (var graph in GraphsOf(node))
        {
            var inner = scope.Inner(graph, () => new Scope(graph.Node, scope, null));
            foreach (var output in isBranch ? graph.Output.Skip(index).Take(1) : graph.Output)
                open.Push((inner, output.Name, keepsColumns && isBranch));
        }

        if (isBranch)
            return;
        foreach (var input in node.Input)
            open.Push((scope, input, keepsColumns && KeepColumns.Contains(node.OpType)));
    }

    private Classifier? Of(NodeProto node, Scope scope, bool keepsColumns)
    {
        if (NamesOf(node) is not var (names, areNumbers))
            return null;
        return new Classifier(
            node.OpType,
            scope == _main && IsClassifier(node) && node.Output.Count > 0 ? node.Output[0] : null,
            names,
            areNumbers,
            keepsColumns);
    }

    private FunctionProto? FunctionOf(NodeProto node) =>
        _model.Functions.FirstOrDefault(function => function.Name == node.OpType && function.Domain == node.Domain);

    private static IEnumerable<GraphProto> GraphsOf(NodeProto node) =>
        node.Attribute.SelectMany(attribute => attribute.G is { } graph ? [graph, .. attribute.Graphs] : attribute.Graphs.AsEnumerable());

    private static bool IsClassifier(NodeProto node) =>
        node.OpType.EndsWith("Classifier", StringComparison.Ordinal) && NamesOf(node) is not null;

    private static (IReadOnlyList<string> Names, bool AreNumbers)? NamesOf(NodeProto node)
    {
        foreach (var attribute in node.Attribute.Where(attribute => attribute.Name.StartsWith("classlabels", StringComparison.Ordinal)))
        {
            if (attribute.Strings.Count > 0)
                return ([.. attribute.Strings.Select(name => name.ToStringUtf8())], false);
            if (attribute.Ints.Count > 0)
                return ([.. attribute.Ints.Select(number => number.ToString(CultureInfo.InvariantCulture))], true);
        }

        return null;
    }

    /// <summary>The nodes of one graph, and where the names come from that it does not make itself.</summary>
    /// <param name="outer">The scope around it.</param>
    /// <param name="arguments">For a function: the names that its inputs have around it.</param>
    private sealed class Scope(IEnumerable<NodeProto> nodes, Scope? outer, Dictionary<string, string>? arguments)
    {
        private readonly Dictionary<object, Scope> _inner = new(ReferenceEqualityComparer.Instance);

        public Dictionary<string, (NodeProto Node, int Index)> Producers { get; } = nodes
            .SelectMany(node => node.Output.Select((name, index) => (name, node, index)))
            .Where(output => output.name.Length > 0)
            .DistinctBy(output => output.name)
            .ToDictionary(output => output.name, output => (output.node, output.index), StringComparer.Ordinal);

        public Scope? Outer { get; } = outer;

        public Dictionary<string, string>? Arguments { get; } = arguments;

        public Scope Inner(object body, Func<Scope> make)
        {
            if (!_inner.TryGetValue(body, out var scope))
                _inner.Add(body, scope = make());
            return scope;
        }
    }
}
