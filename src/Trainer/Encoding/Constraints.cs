using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Progeny.Trainer.Settings;

namespace Progeny.Trainer.Encoding;

/// <summary>Constraints that the user states over features, as the library takes them: over encoded columns.</summary>
internal static class Constraints
{
    /// <exception cref="TrainerException">A constraint names no feature, or one that it cannot hold for.</exception>
    public static IEnumerable<KeyValuePair<string, string>> Of(TrainerSettings settings, FeatureEncoders encoders)
    {
        if (settings.MonotoneConstraints is { } monotone)
            yield return KeyValuePair.Create("monotone_constraints", Monotone(monotone, encoders));
        if (settings.InteractionConstraints is { } interaction)
            yield return KeyValuePair.Create("interaction_constraints", Interaction(interaction, encoders));
    }

    static string Monotone(JsonObject constraints, FeatureEncoders encoders)
    {
        foreach (var (name, value) in constraints)
        {
            var encoder = Find("monotone_constraints", name, encoders);
            if (encoder is not NumberEncoder)
                throw new TrainerException(
                    $"parameter 'monotone_constraints' names the category '{name}', which has no order; a number would be right");
            if (value?.GetValueKind() != JsonValueKind.Number || value.GetValue<double>() is not (1 or 0 or -1))
                throw new TrainerException(
                    $"parameter 'monotone_constraints.{name}' is {value?.ToJsonString() ?? "null"}; 1, 0 or -1 would be right");
        }
        return "(" + string.Join(',', encoders.Features.SelectMany(f => Enumerable.Repeat(
            constraints[f.Feature]?.GetValue<double>().ToString(CultureInfo.InvariantCulture) ?? "0", f.Width))) + ")";
    }

    static string Interaction(JsonArray groups, FeatureEncoders encoders)
    {
        const string Parameter = "interaction_constraints";
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        var position = 0;
        foreach (var encoder in encoders.Features)
        {
            first[encoder.Feature] = position;
            position += encoder.Width;
        }
        return JsonSerializer.Serialize(groups.Select(group =>
        {
            if (group is not JsonArray names || !names.All(n => n?.GetValueKind() == JsonValueKind.String))
                throw new TrainerException(
                    $"parameter '{Parameter}' is {groups.ToJsonString()}; a list of lists of feature names would be right");
            return names.Select(n => Find(Parameter, n!.GetValue<string>(), encoders))
                .SelectMany(e => Enumerable.Range(first[e.Feature], e.Width)).ToArray();
        }).ToArray());
    }

    static FeatureEncoder Find(string parameter, string name, FeatureEncoders encoders) =>
        encoders.Features.FirstOrDefault(f => f.Feature == name)
        ?? throw new TrainerException(
            $"parameter '{parameter}' names '{name}', which is no feature; the features are "
                + $"{string.Join(", ", encoders.Features.Select(f => f.Feature))}");
}
