namespace Progeny.Core.Manifests.Shapes;

/// <summary>The shapes that several parts of the manifest have.</summary>
internal static class CommonShapes
{
    public static readonly TextShape Text = new();
    public static readonly TextShape Description = new() { AllowEmpty = true };
    public static readonly TextShape Name = new("[^\\x00-\\x1f\\x7f]{1,80}", "a short name on one line, of at most 80 characters");
    public static readonly TextShape Feed = new("[A-Za-z0-9][A-Za-z0-9_-]{0,62}", "a feed's name: letters, digits, - and _; at most 63");
    public static readonly TextShape PackageFile = new() { Further = PackagePath.Problem };
    public static readonly FlagShape Flag = new();
    public static readonly FreeShape Free = new();
    public static readonly NumberShape Number = new();

    /// <summary>A field of a query, or a column.</summary>
    public static readonly TextShape Field =
        new("[A-Za-z_][A-Za-z0-9_]{0,62}", "a field's name: letters, digits and _; no digit first; at most 63");

    /// <summary>0, 1 and what is between them.</summary>
    public static readonly NumberShape Probability = new() { Min = 0, Max = 1 };

    /// <summary>What is between 0 and 1.</summary>
    public static readonly NumberShape Fraction = new() { Min = 0, Max = 1, Exclusive = true };

    /// <summary>Every value of an enumeration, in lower case.</summary>
    public static ChoiceShape<T> Choice<T>(string what)
        where T : struct, Enum => Choice(what, Enum.GetValues<T>());

    /// <summary>Some values, in lower case.</summary>
    public static ChoiceShape<T> Choice<T>(string what, params T[] values)
        where T : notnull => new(what, [.. values.Select(value => (value.ToString()!.ToLowerInvariant(), value))]);

    public static ListShape<T> ListOf<T>(Shape<T> item, int min = 0, bool unique = false) => new(item, min, unique);

    public static DictionaryShape<T> DictionaryOf<T>(Shape<T> value, TextShape? key = null, int min = 0) => new(_ => value, key, min);

    /// <summary>Values by field; those of features are of the feature's type.</summary>
    public static DictionaryShape<object?> FieldValues(IReadOnlyList<Feature> features, TextShape? field = null)
    {
        var types = features.ToDictionary(feature => feature.Name, feature => (FeatureType?)feature.Type, StringComparer.Ordinal);
        return new(name => new FreeShape(types.GetValueOrDefault(name)), field, min: 0);
    }
}
