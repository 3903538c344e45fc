using System.Text;

namespace Orleans.Runtime;

/// <summary>The identity of a stream: a namespace and a key. Written as <c>namespace/key</c>.</summary>
[GenerateSerializer, Immutable]
public readonly struct StreamId : IEquatable<StreamId>, IComparable<StreamId>
{
    private readonly string? key;
    private readonly string? ns;

    private StreamId(string? ns, string key) => (this.ns, this.key) = (string.IsNullOrEmpty(ns) ? null : ns, key);

    public ReadOnlyMemory<byte> Namespace => Encoding.UTF8.GetBytes(ns ?? "");

    public ReadOnlyMemory<byte> Key => Encoding.UTF8.GetBytes(GetKeyAsString());

    public ReadOnlyMemory<byte> FullKey => Encoding.UTF8.GetBytes(ns + key);

    public static StreamId Create(string? ns, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(ns, key);
    }

    public static StreamId Create(string? ns, Guid key) => new(ns, key.ToString("N"));

    public static StreamId Create(string? ns, long key) => new(ns, key.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static StreamId Create(ReadOnlySpan<byte> ns, ReadOnlySpan<byte> key) => new(Encoding.UTF8.GetString(ns), Encoding.UTF8.GetString(key));

    /// <summary>Reads <c>namespace/key</c>.</summary>
    public static StreamId Parse(ReadOnlySpan<byte> value)
    {
        var text = Encoding.UTF8.GetString(value);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? throw new ArgumentException($"«{text}» is no stream id: expected «namespace/key».", nameof(value)) : new(text[..slash], text[(slash + 1)..]);
    }

    public string? GetNamespace() => ns;

    public string GetKeyAsString() => key ?? "";

    public int CompareTo(StreamId other)
    {
        var byNamespace = string.CompareOrdinal(ns, other.ns);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(key, other.key);
    }

    public bool Equals(StreamId other) => ns == other.ns && key == other.key;

    public override bool Equals(object? obj) => obj is StreamId other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(ns, key);

    public override string ToString() => $"{ns ?? "null"}/{key}";

    public static bool operator ==(StreamId left, StreamId right) => left.Equals(right);

    public static bool operator !=(StreamId left, StreamId right) => !left.Equals(right);
}
