using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Manifests;
using Progeny.Core.Rollouts;

namespace Progeny.Gateway.Experiments;

/// <summary>An experiment that somebody starts manually: the members of <c>serving.rollout</c>, the generations, who and why.</summary>
/// <param name="Generations">Empty where none are named.</param>
internal sealed record ExperimentInput(
    ExperimentSettings Settings, ImmutableArray<GenerationReference> Generations, string? By, string? Reason)
{
    private const string ByMember = "by";
    private const string ReasonMember = "reason";
    private const string GenerationsMember = "generations";

    /// <exception cref="PlanException">A member is wrong; it carries everything that is.</exception>
    public static ExperimentInput Read(JsonElement body, string project, Manifest manifest)
    {
        try
        {
            return ReadMembers(body, project, manifest);
        }
        catch (InvalidOperationException exception)
        {
            // What System.Text.Json throws for text that is no valid UTF-8 or holds half a surrogate pair.
            throw new PlanException([new PlanFault("", $"a text in it is no valid Unicode: {exception.Message}")]);
        }
    }

    private static ExperimentInput ReadMembers(JsonElement body, string project, Manifest manifest)
    {
        var faults = new List<PlanFault>();
        if (body.ValueKind != JsonValueKind.Object)
            throw new PlanException(
                [new PlanFault("", "a JSON object is expected, like {\"strategy\": \"abtest\", \"generations\": [\"1.2.0:3\"]}")]);
        if (Repeated(body) is { } twice)
            throw new PlanException([new PlanFault(twice, "is there more than once; a member is written once")]);
        var members = JsonObject.Create(body)!;
        var by = Text(members, ByMember, PlanChecks.MaxByCharacters, faults);
        var reason = Text(members, ReasonMember, PlanChecks.MaxReasonCharacters, faults);
        ImmutableArray<GenerationReference> generations = [];
        if (members[GenerationsMember] is JsonArray named)
        {
            members.Remove(GenerationsMember);
            generations = [.. named.Select((item, i) => Generation(item, i, project, faults)).OfType<GenerationReference>().Distinct()];
        }

        if (members["shares"] is not null)
            NameArms(members, generations, project);
        var (settings, wrong) = RolloutReader.Read(members, manifest);
        faults.AddRange(wrong);
        if (settings?.Strategy is RolloutStrategy.Explicit or RolloutStrategy.Latest)
            faults.Add(
                new PlanFault(
                    "strategy",
                    "must be shadow, canary, abtest, bandit or select; without an experiment a generation is promoted (POST …/promotions)"));
        else if (settings is not null && Problem(settings.Strategy, generations.Length) is { } problem)
            faults.Add(new PlanFault(GenerationsMember, problem));
        return faults.Count == 0 ? new ExperimentInput(settings!, generations, by, reason) : throw new PlanException([.. faults]);
    }

    /// <summary>The name of a member that an object has twice; null: there is none.</summary>
    private static string? Repeated(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().GroupBy(member => member.Name).FirstOrDefault(members => members.Count() > 1)?.Key
            ?? value.EnumerateObject().Select(member => Repeated(member.Value)).FirstOrDefault(name => name is not null),
        JsonValueKind.Array => value.EnumerateArray().Select(Repeated).FirstOrDefault(name => name is not null),
        _ => null,
    };

    /// <summary>Whoever has a share of its own is named among the arms; of a manual test the generations that want the place are.</summary>
    private static void NameArms(JsonObject members, ImmutableArray<GenerationReference> generations, string project)
    {
        if (members["arms"] is not (null or JsonArray))
            return;
        var arms = (members["arms"] as JsonArray ?? []).Select(arm => arm?.DeepClone()).ToList();
        arms.AddRange(
            generations.Select(generation => (JsonNode?)generation.VersionIn(project))
                .Where(name => !arms.Exists(arm => JsonNode.DeepEquals(arm, name))));
        members["arms"] = new JsonArray([.. arms]);
    }

    private static string? Problem(RolloutStrategy strategy, int generations) => strategy switch
    {
        RolloutStrategy.Shadow or RolloutStrategy.Canary when generations != 1 =>
            "must name the one generation that wants the champion's place, e.g. [\"1.2.0:3\"]",
        RolloutStrategy.AbTest when generations == 0 => "must name the generations that want the champion's place, e.g. [\"1.2.0:3\"]",
        _ when generations >= PlanChecks.MaxArms =>
            $"names {generations} generations; at most {PlanChecks.MaxArms - 1} are allowed beside the champion",
        _ => null,
    };

    private static string? Text(JsonObject members, string name, int most, List<PlanFault> faults)
    {
        if (members[name] is not { } value)
        {
            members.Remove(name);
            return null;
        }

        members.Remove(name);
        if (value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is var text && !string.IsNullOrWhiteSpace(text)
            && text.Length <= most)
            return text;
        faults.Add(new PlanFault(name, $"must be a text of 1 to {most} characters, or be left out"));
        return null;
    }

    private static GenerationReference? Generation(JsonNode? item, int index, string project, List<PlanFault> faults)
    {
        var text = item?.GetValueKind() == JsonValueKind.String ? item.GetValue<string>() : item?.ToJsonString() ?? "null";
        if (ArmNaming.Read(text, project) is { } generation)
            return generation;
        faults.Add(
            new PlanFault(
                $"{GenerationsMember}[{index}]",
                $"'{text}' is no generation; one looks like '1.2.0:3' (release:generation), one of another project like 'flights@1.2.0:3'"));
        return null;
    }
}
