using System.Globalization;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>A floating-point number of 16 bits with the exponent of a <see cref="float"/>: its upper half.</summary>
public readonly struct BFloat16 : IComparable<BFloat16>, IEquatable<BFloat16>
{
    /// <summary>The bits.</summary>
    public readonly ushort value;

    /// <summary>A number of these bits.</summary>
    /// <param name="v">The bits.</param>
    public BFloat16(ushort v) => value = v;

    public static explicit operator BFloat16(float value) => new(Round(BitConverter.SingleToUInt32Bits(value)));

    public static explicit operator float(BFloat16 value) => value.ToFloat();

    public static bool operator ==(BFloat16 left, BFloat16 right) => left.ToFloat() == right.ToFloat();

    public static bool operator !=(BFloat16 left, BFloat16 right) => !(left == right);

    public static bool operator <(BFloat16 left, BFloat16 right) => left.ToFloat() < right.ToFloat();

    public static bool operator >(BFloat16 left, BFloat16 right) => left.ToFloat() > right.ToFloat();

    public static bool operator <=(BFloat16 left, BFloat16 right) => left.ToFloat() <= right.ToFloat();

    public static bool operator >=(BFloat16 left, BFloat16 right) => left.ToFloat() >= right.ToFloat();

    /// <summary>Whether the number is not one.</summary>
    public static bool IsNaN(BFloat16 value) => float.IsNaN(value.ToFloat());

    /// <summary>The same number as a <see cref="float"/>; exact.</summary>
    public float ToFloat() => BitConverter.UInt32BitsToSingle((uint)value << 16);

    /// <inheritdoc/>
    public int CompareTo(BFloat16 other) => ToFloat().CompareTo(other.ToFloat());

    /// <summary>Whether both are the same number, or neither is one.</summary>
    public bool Equals(BFloat16 other) => ToFloat().Equals(other.ToFloat());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ToFloat().GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => ToFloat().ToString(CultureInfo.CurrentCulture);

    // Rounds to the nearest, ties to even; what is not a number stays so, even if its upper half alone would be an infinity.
    private static ushort Round(uint bits) =>
        float.IsNaN(BitConverter.UInt32BitsToSingle(bits))
            ? (ushort)((bits >> 16) | 0x40)
            : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}
