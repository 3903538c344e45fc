using System.Globalization;
using System.Runtime.InteropServices;
using Progeny.Abstractions.Queries;

namespace Progeny.Core.Queries;

/// <summary>A stretch of a model input's elements, to be written.</summary>
/// <param name="type">The type of the elements.</param>
/// <param name="bytes">The elements, unless they are strings.</param>
/// <param name="texts">The elements, if they are strings.</param>
public readonly ref struct InputElements(DataType type, Span<byte> bytes, Span<string> texts)
{
    public DataType Type { get; } = type;

    public Span<byte> Bytes { get; } = bytes;

    public Span<string> Texts { get; } = texts;

    /// <summary>Writes a number; booleans are 0 and 1.</summary>
    /// <returns>False where the type cannot hold it.</returns>
    public bool TryWrite(int index, double value)
    {
        switch (Type)
        {
            case DataType.Fp32:
                As<float>()[index] = (float)value;
                return float.IsFinite((float)value) || !double.IsFinite(value);
            case DataType.Fp64:
                As<double>()[index] = value;
                return true;
            case DataType.Fp16:
                As<Half>()[index] = (Half)value;
                return Half.IsFinite((Half)value) || !double.IsFinite(value);
            case DataType.Bool:
                Bytes[index] = value != 0 ? (byte)1 : (byte)0;
                return value is 0 or 1;
            default:
                return value == Math.Truncate(value) && Math.Abs(value) <= long.MaxValue && TryWrite(index, (long)value);
        }
    }

    /// <summary>Writes an integer.</summary>
    /// <returns>False where the type cannot hold it.</returns>
    public bool TryWrite(int index, long value)
    {
        switch (Type)
        {
            case DataType.Int64: As<long>()[index] = value; return true;
            case DataType.Int32: As<int>()[index] = (int)value; return (int)value == value;
            case DataType.Int16: As<short>()[index] = (short)value; return (short)value == value;
            case DataType.Int8: As<sbyte>()[index] = (sbyte)value; return (sbyte)value == value;
            case DataType.UInt8: Bytes[index] = (byte)value; return (byte)value == value;
            case DataType.UInt16: As<ushort>()[index] = (ushort)value; return (ushort)value == value;
            case DataType.UInt32: As<uint>()[index] = (uint)value; return (uint)value == value;
            case DataType.UInt64: As<ulong>()[index] = (ulong)value; return value >= 0;
            case DataType.Fp32: As<float>()[index] = value; return true;
            default: return TryWrite(index, (double)value);
        }
    }

    /// <exception cref="ModelException">For a value that the input cannot hold.</exception>
    public ModelException Misfit(string feature, int row, double value) => new(
        $"'{feature}' is {value.ToString(CultureInfo.InvariantCulture)} in row {row}, which the model's type {ElementTypes.NameOf(Type)} "
            + "cannot hold.")
    {
        IsInvalidInput = true,
    };

    private Span<T> As<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes);
}
