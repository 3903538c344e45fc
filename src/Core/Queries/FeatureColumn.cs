using System.Buffers.Binary;
using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Core.Queries;

/// <summary>The values of one feature for the rows of a query, checked against the schema, on their way to a model.</summary>
public sealed partial class FeatureColumn
{
    // Whole numbers and booleans are kept as they are, also where the model takes them as floats: the log and augmentation read them.
    private readonly int width;
    private readonly CategoryValues? allowed;
    private byte[] data;
    private string[] strings;
    private bool[] present;
    private bool[]? augmented;
    private Dictionary<int, object?>? originals;

    public FeatureColumn(Feature feature, int capacity)
    {
        Feature = feature;
        width = feature.Type switch { FeatureType.Float => 4, FeatureType.Int => 8, FeatureType.Bool => 1, _ => 0 };
        data = width == 0 ? [] : new byte[capacity * width];
        strings = width == 0 ? new string[capacity] : [];
        present = new bool[capacity];
        allowed = CategoryValues.Of(feature);
    }

    public Feature Feature { get; }

    /// <summary>How many rows have a value that is not missing.</summary>
    public int Present { get; private set; }

    /// <summary>Makes room for rows, all of them missing until they are set.</summary>
    public void EnsureCapacity(int rows)
    {
        if (rows <= present.Length)
            return;
        var capacity = Math.Max(rows, present.Length * 2);
        Array.Resize(ref present, capacity);
        if (augmented is not null)
            Array.Resize(ref augmented, capacity);
        if (width == 0)
            Array.Resize(ref strings, capacity);
        else
            Array.Resize(ref data, capacity * width);
    }

    /// <summary>Forgets the rows; the room for them stays.</summary>
    public void Clear(int rows)
    {
        Array.Clear(present, 0, rows);
        if (width == 0)
            Array.Clear(strings, 0, rows);
        augmented = null;
        originals = null;
        Present = 0;
    }

    public bool IsMissing(int row) => !present[row];

    /// <summary>Whether the row's value came from augmentation, not from the client.</summary>
    public bool IsAugmented(int row) => augmented is not null && augmented[row];

    /// <summary>Sets a value that augmentation obtained; returns what is wrong with it, or null.</summary>
    public string? Augment(int row, object? value)
    {
        (augmented ??= new bool[present.Length])[row] = true;
        return value is null ? null : Set(row, value);
    }

    /// <summary>
    /// Puts a value in the place of the row's own, which stays known; null leaves it missing. Returns what is wrong with it, or null.
    /// </summary>
    public string? Replace(int row, object? value)
    {
        if (!IsAugmented(row))
            (originals ??= []).TryAdd(row, Get(row));
        (augmented ??= new bool[present.Length])[row] = true;
        if (value is not null and not "")
            return Set(row, value);
        if (present[row])
            Present--;
        present[row] = false;
        if (width == 0)
            strings[row] = "";
        return null;
    }

    /// <summary>The value that the client gave where it has been replaced.</summary>
    public bool TryGetOriginal(int row, out object? value)
    {
        value = null;
        return originals is not null && originals.TryGetValue(row, out value);
    }

    /// <summary>Sets a number; returns what is wrong with it, or null.</summary>
    public string? SetNumber(int row, double value)
    {
        switch (Feature.Type)
        {
            case FeatureType.Float:
                if (double.IsNaN(value))
                    return SetMissing();
                if (!float.IsFinite((float)value))
                    return $"{ValueText.Of(value)} is out of the range of a 32-bit float";
                break;
            case FeatureType.Int:
                if (value != Math.Truncate(value))
                    return $"{ValueText.Of(value)} is not an integer";
                if (Math.Abs(value) > 1L << 53)
                    return $"{ValueText.Of(value)} is too large to be exact; an integer in digits, from {long.MinValue} to "
                        + $"{long.MaxValue}, would be right";
                return SetInteger(row, (long)value);
            case FeatureType.Bool:
                return value is 0 or 1 ? SetBoolean(row, value == 1) : $"{ValueText.Of(value)} is not a boolean; true or false is";
            default:
                return SetText(row, ValueText.Of(value));
        }

        if (RangeError(value) is { } error)
            return error;
        BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(row * 4), (float)value);
        Mark(row);
        return null;
    }

    /// <summary>Sets an integer; returns what is wrong with it, or null.</summary>
    public string? SetInteger(int row, long value)
    {
        if (Feature.Type != FeatureType.Int)
            return Feature.Type is FeatureType.Category or FeatureType.Text
                ? SetText(row, ValueText.Of(value))
                : SetNumber(row, value);
        if (RangeError(value) is { } error)
            return error;
        BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(row * 8), value);
        Mark(row);
        return null;
    }

    /// <summary>Sets a boolean; returns what is wrong with it, or null.</summary>
    public string? SetBoolean(int row, bool value)
    {
        switch (Feature.Type)
        {
            case FeatureType.Bool:
                data[row] = value ? (byte)1 : (byte)0;
                Mark(row);
                return null;
            case FeatureType.Category or FeatureType.Text:
                return SetText(row, ValueText.Of(value));
            default:
                return $"{ValueText.Of(value)} is not {Article(Feature.Type)}";
        }
    }

    /// <summary>Sets a string; returns what is wrong with it, or null. The empty string is a missing value.</summary>
    public string? SetText(int row, ReadOnlySpan<char> value)
    {
        if (Feature.Type is not (FeatureType.Category or FeatureType.Text))
            return $"the text '{Shorten(value)}' is not {Article(Feature.Type)}";
        if (value.Length == 0)
            return SetMissing();
        if (allowed is null)
            strings[row] = value.ToString();
        else if (allowed.Find(value) is { } known)
            strings[row] = known;
        else
            return $"'{Shorten(value)}' is not allowed; {allowed} is";
        Mark(row);
        return null;
    }

    /// <summary>Leaves a value missing; returns what is wrong with that, or null.</summary>
    public string? SetMissing() => Feature.Nullable ? null : $"a value is required: '{Feature.Name}' is not nullable";

    /// <summary>Sets a value as feeds and tests carry it: null, bool, long, double, float, decimal or string.</summary>
    public string? Set(int row, object? value) => value switch
    {
        null => SetMissing(),
        bool boolean => SetBoolean(row, boolean),
        long integer => SetInteger(row, integer),
        int integer => SetInteger(row, integer),
        double number => SetNumber(row, number),
        float number =>
            Feature.Type is FeatureType.Category or FeatureType.Text ? SetText(row, ValueText.Of(value)) : SetNumber(row, number),
        decimal number => SetDecimal(row, number),
        string text => SetText(row, text),
        _ => $"a {value.GetType().Name} is not a value that a feature can have",
    };

    /// <remarks>As text a decimal keeps its scale: it is a text in the database, too.</remarks>
    private string? SetDecimal(int row, decimal value) => Feature.Type switch
    {
        FeatureType.Category or FeatureType.Text => SetText(row, ValueText.Of(value)),
        FeatureType.Int when value is >= long.MinValue and <= long.MaxValue && decimal.IsInteger(value) => SetInteger(row, (long)value),
        _ => SetNumber(row, (double)value),
    };

    private static string Shorten(ReadOnlySpan<char> text) => text.Length <= 40 ? text.ToString() : $"{text[..40]}…";

    private static string Article(FeatureType type) => type switch
    {
        FeatureType.Float => "a number",
        FeatureType.Int => "an integer",
        FeatureType.Bool => "a boolean",
        _ => "a string",
    };

    private string? RangeError(double value)
    {
        if (value < Feature.Min)
            return $"{ValueText.Of(value)} is below the least value allowed, {ValueText.Of(Feature.Min.Value)}";
        return value > Feature.Max ? $"{ValueText.Of(value)} is above the greatest value allowed, {ValueText.Of(Feature.Max.Value)}" : null;
    }

    private void Mark(int row)
    {
        if (!present[row])
            Present++;
        present[row] = true;
    }
}
