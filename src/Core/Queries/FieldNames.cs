using System.Runtime.CompilerServices;
using System.Text;

namespace Progeny.Core.Queries;

/// <summary>Names of fields in an order, made ready for finding them in JSON.</summary>
public sealed class FieldNames
{
    private const int MaxCharactersOnStack = 128;

    private readonly byte[][] utf8;
    private readonly Dictionary<string, int> indexes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> indexesBySpan;

    /// <param name="names">Each of them once.</param>
    public FieldNames(IEnumerable<string> names)
    {
        All = [.. names];
        for (var i = 0; i < All.Count; i++)
            indexes.Add(All[i], i);
        utf8 = [.. All.Select(Encoding.UTF8.GetBytes)];
        indexesBySpan = indexes.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The names, each at its index.</summary>
    public IReadOnlyList<string> All { get; }

    /// <summary>The index of a name, or -1.</summary>
    public int IndexOf(string name) => indexes.TryGetValue(name, out var index) ? index : -1;

    /// <summary>The index of a property name, or -1.</summary>
    /// <param name="expected">The index to try first: clients tend to keep the order of the schema.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int IndexOf(in JsonToken name, int expected) =>
        (uint)expected < (uint)utf8.Length && !name.IsEscaped && name.Raw.SequenceEqual(utf8[expected]) ? expected : Find(name);

    private int Find(in JsonToken name)
    {
        if (name.Raw.Length > MaxCharactersOnStack)
            return IndexOf(name.GetString());
        Span<char> text = stackalloc char[MaxCharactersOnStack];
        return indexesBySpan.TryGetValue(text[..name.CopyTo(text)], out var index) ? index : -1;
    }
}
