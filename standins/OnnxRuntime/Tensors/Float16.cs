using System.Globalization;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>A floating-point number of 16 bits as IEEE 754 defines it (binary16): the bits of a <see cref="Half"/>.</summary>
public readonly struct Float16 : IComparable<Float16>, IEquatable<Float16>
{
    /// <summary>The bits.</summary>
    public readonly ushort value;

    /// <summary>A number of these bits.</summary>
    /// <param name="v">The bits.</param>
    public Float16(ushort v) => value = v;

    public static explicit operator Float16(float value) => new(BitConverter.HalfToUInt16Bits((Half)value));

    public static explicit operator float(Float16 value) => value.ToFloat();

    public static bool operator ==(Float16 left, Float16 right) => left.ToFloat() == right.ToFloat();

    public static bool operator !=(Float16 left, Float16 right) => !(left == right);

    public static bool operator <(Float16 left, Float16 right) => left.ToFloat() < right.ToFloat();

    public static bool operator >(Float16 left, Float16 right) => left.ToFloat() > right.ToFloat();

    public static bool operator <=(Float16 left, Float16 right) => left.ToFloat() <= right.ToFloat();

    public static bool operator >=(Float16 left, Float16 right) => left.ToFloat() >= right.ToFloat();

    /// <summary>Whether the number is not one.</summary>
    public static bool IsNaN(Float16 value) => float.IsNaN(value.ToFloat());

    /// <summary>The same number as a <see cref="float"/>; exact.</summary>
    public float ToFloat() => (float)BitConverter.UInt16BitsToHalf(value);

    /// <inheritdoc/>
    public int CompareTo(Float16 other) => ToFloat().CompareTo(other.ToFloat());

    /// <summary>Whether both are the same number, or neither is one.</summary>
    public bool Equals(Float16 other) => ToFloat().Equals(other.ToFloat());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Float16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ToFloat().GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => ToFloat().ToString(CultureInfo.CurrentCulture);
}
