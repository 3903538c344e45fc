using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;

namespace Progeny.Core.Datasets;

/// <summary>A value on its way from a feed into <c>data.csv</c>: its text there, or what is wrong with it.</summary>
internal readonly record struct DataCell(string Value, string? Problem)
{
    private const long GreatestWholeDouble = 1L << 53;

    /// <summary>A feature's value, by the feature's type, range, values and nullability.</summary>
    public static DataCell OfFeature(TrainerFeature feature, object? value)
    {
        if (value is null or "" or double.NaN or float.NaN)
        {
            return feature.Nullable
                ? new("", null)
                : Wrong("is missing", $"{Describe(feature)} would be right, or `nullable: true` for the feature");
        }

        return feature.Type switch
        {
            FeatureType.Float when AsDouble(value) is { } number => Within(feature, number, ValueText.Of(number)),
            FeatureType.Int when AsLong(value) is { } number => Within(feature, number, ValueText.Of(number)),
            FeatureType.Bool when AsBool(value) is { } truth => new(ValueText.Of(truth), null),
            FeatureType.Category => OneOf(feature, ValueText.Of(value)),
            FeatureType.Text => new(ValueText.Of(value), null),
            _ => Wrong($"is not {Article(feature.Type)}", $"{Describe(feature)} would be right"),
        };
    }

    /// <summary>The label's value: one of the classes, or a finite number for a regression.</summary>
    public static DataCell OfLabel(TrainerSchema schema, object? value)
    {
        var regression = schema.Task is MachineLearningTask.Regression;
        var right = regression
            ? "a finite number would be right"
            : $"one of the classes {string.Join(", ", schema.Label.Classes)} would be right";
        if (value is null or "" or double.NaN or float.NaN)
            return Wrong("is missing", $"{right}; leave rows without a label out in the query");
        if (regression)
            return AsDouble(value) is { } number ? new(ValueText.Of(number), null) : Wrong("is not a number", right);
        var text = ValueText.Of(value);
        return schema.Label.Classes.Contains(text) ? new(text, null) : Wrong("is not among the classes", right);
    }

    /// <summary>The ordinal's value: a number or a time.</summary>
    public static DataCell OfOrdinal(object? value) => value switch
    {
        long => new(ValueText.Of(value), null),
        decimal number when Ordinal.IsExact(number) => new(ValueText.Of(value), null),
        double number when double.IsFinite(number) => new(ValueText.Of(number), null),
        float number when float.IsFinite(number) => new(ValueText.Of(value), null),
        string text when IsoTime.TryParse(text, out _) => new(text, null),
        _ => Wrong("is no ordinal", $"a number, or {IsoTime.Right}, would be right"),
    };

    private static DataCell Within(TrainerFeature feature, double number, string text) =>
        number < feature.Min || number > feature.Max ? Wrong("is out of range", $"{Describe(feature)} would be right") : new(text, null);

    private static DataCell OneOf(TrainerFeature feature, string text) =>
        feature.Values is null || feature.Values.Contains(text)
            ? new(text, null)
            : Wrong("is not among the values allowed", $"{Describe(feature)} would be right");

    private static DataCell Wrong(string problem, string right) => new("", $"{problem}; {right}");

    private static double? AsDouble(object value) => value switch
    {
        double number when double.IsFinite(number) => number,
        long number => number,
        float number when float.IsFinite(number) => double.Parse(ValueText.Of(value), CultureInfo.InvariantCulture),
        decimal number => (double)number,
        string text
            when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) =>
            number,
        _ => null,
    };

    private static long? AsLong(object value) => value switch
    {
        long number => number,
        double number when Math.Abs(number) <= GreatestWholeDouble && double.IsInteger(number) => (long)number,
        float number when Math.Abs(number) <= GreatestWholeDouble && float.IsInteger(number) => (long)number,
        decimal number when number is >= long.MinValue and <= long.MaxValue && decimal.IsInteger(number) => (long)number,
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    /// <remarks>SQLite has no booleans of its own: a condition yields 0 or 1.</remarks>
    private static bool? AsBool(object value) => value switch
    {
        bool truth => truth,
        1L or 1.0 or 1f or 1m or "1" => true,
        0L or 0.0 or 0f or 0m or "0" => false,
        string text when bool.TryParse(text, out var truth) => truth,
        _ => null,
    };

    private static string Describe(TrainerFeature feature) => feature switch
    {
        { Values: { } values } => $"one of {string.Join(", ", values)}",
        { Min: { } min, Max: { } max } => $"{Article(feature.Type)} from {ValueText.Of(min)} to {ValueText.Of(max)}",
        { Min: { } min } => $"{Article(feature.Type)} of at least {ValueText.Of(min)}",
        { Max: { } max } => $"{Article(feature.Type)} of at most {ValueText.Of(max)}",
        _ => Article(feature.Type),
    };

    private static string Article(FeatureType type) => type switch
    {
        FeatureType.Float => "a finite number",
        FeatureType.Int => "a whole number",
        FeatureType.Bool => "true or false",
        FeatureType.Category => "a category",
        _ => "a text",
    };
}
