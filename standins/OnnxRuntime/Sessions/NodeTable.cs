using System.Collections.Frozen;
using Microsoft.ML.OnnxRuntime.Native;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>The inputs or the outputs of a session: what they are, and their names as the native library wants them.</summary>
internal sealed class NodeTable
{
    private readonly string _kind;
    private readonly FrozenDictionary<string, nint> _nativeNames;

    /// <param name="kind"><c>Input</c> or <c>Output</c>, for messages.</param>
    /// <param name="session">Owns the native names.</param>
    /// <param name="nodes">The nodes in the model's order.</param>
    /// <param name="hidden">More nodes that a run may name, but the metadata does not list.</param>
    public NodeTable(string kind, SessionHandle session, List<KeyValuePair<string, NodeMetadata>> nodes, IEnumerable<string> hidden)
    {
        _kind = kind;
        Metadata = new Dictionary<string, NodeMetadata>(nodes, StringComparer.Ordinal);
        Names = [.. nodes.Select(static node => node.Key)];
        _nativeNames = Names.Concat(hidden).Distinct(StringComparer.Ordinal).ToFrozenDictionary(name => name, session.AddName, StringComparer.Ordinal);
    }

    public IReadOnlyList<string> Names { get; }

    public IReadOnlyDictionary<string, NodeMetadata> Metadata { get; }

    /// <summary>Writes the native names, in the order given.</summary>
    /// <exception cref="OnnxRuntimeException">The model has no such node.</exception>
    public void Resolve(IReadOnlyCollection<string> names, Span<nint> natives)
    {
        var count = 0;
        if (names is string[] array)
        {
            foreach (var name in array) natives[count++] = Resolve(name);
        }
        else if (names is IReadOnlyList<string> list)
        {
            for (; count < list.Count; count++) natives[count] = Resolve(list[count]);
        }
        else
        {
            foreach (var name in names) natives[count++] = Resolve(name);
        }
    }

    public nint Resolve(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _nativeNames.TryGetValue(name, out var native) ? native : throw new OnnxRuntimeException(
            ErrorCode.InvalidArgument, $"{_kind} name: '{name}' is not in the metadata; the model has {string.Join(", ", Names.Select(known => $"'{known}'"))}.");
    }
}
