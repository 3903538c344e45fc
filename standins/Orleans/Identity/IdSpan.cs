using System.Text;

namespace Orleans.Runtime;

/// <summary>The text of a part of an identity: a grain type, or a grain's key.</summary>
public readonly struct IdSpan(byte[] value) : IEquatable<IdSpan>, IComparable<IdSpan>
{
    private readonly string? text = Encoding.UTF8.GetString(value);

    private IdSpan(string text) : this([]) => this.text = text;

    /// <summary>True for <c>default</c>.</summary>
    public bool IsDefault => string.IsNullOrEmpty(text);

    /// <summary>The text in UTF-8.</summary>
    public ReadOnlyMemory<byte> Value => Encoding.UTF8.GetBytes(ToString());

    /// <summary>The text in UTF-8.</summary>
    public ReadOnlySpan<byte> AsSpan() => Value.Span;

    /// <summary>An identity part with this text.</summary>
    public static IdSpan Create(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return new IdSpan(id);
    }

    public int CompareTo(IdSpan other) => string.CompareOrdinal(text, other.text);

    public bool Equals(IdSpan obj) => string.Equals(text, obj.text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is IdSpan other && Equals(other);

    public override int GetHashCode() => text is null ? 0 : string.GetHashCode(text, StringComparison.Ordinal);

    /// <summary>A hash that is the same in every process.</summary>
    public uint GetUniformHashCode() => StableHash.ComputeHash(AsSpan());

    public override string ToString() => text ?? "";

    public static bool operator ==(IdSpan left, IdSpan right) => left.Equals(right);

    public static bool operator !=(IdSpan left, IdSpan right) => !left.Equals(right);
}
