using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Decisions;
using Progeny.Core.Gates;
using Progeny.Core.Releases;

namespace Progeny.Grains.Gates;

/// <inheritdoc cref="IGatekeeper"/>
internal sealed class Gatekeeper(
    IGrainFactory grains, GateSubjects generations, IGenerationFigures figures, ContractTests tests, IDecisionLog decisions, TimeProvider time) : IGatekeeper
{
    private const string Tests = "tests";

    public async Task<GateReport> CheckAsync(GenerationReference candidate, Stage before, GateOccasion occasion, CancellationToken cancellationToken)
    {
        var report = await AskAsync(candidate, before, occasion, cancellationToken);
        foreach (var verdict in report.Verdicts)
        {
            await decisions.AppendAsync(
                new Decision
                {
                    Id = IdOf(candidate, before, occasion, verdict),
                    Project = candidate.Project,
                    At = time.GetUtcNow(),
                    Kind = DecisionKind.Gate,
                    By = $"gate {verdict.Name}",
                    Message = $"{candidate} {(verdict.Passed ? "may" : "must not")} become {before.ToString().ToLowerInvariant()}: {verdict.Message}",
                    Generation = candidate,
                    Figures = verdict.Figures,
                },
                cancellationToken);
        }

        return report;
    }

    public Task<GateReport> TryAsync(GenerationReference candidate, Stage before, CancellationToken cancellationToken) =>
        AskAsync(candidate, before, null, cancellationToken);

    private async Task<GateReport> AskAsync(GenerationReference candidate, Stage before, GateOccasion? occasion, CancellationToken cancellationToken)
    {
        var judged = await generations.GetAsync(candidate);
        var verdicts = ImmutableArray.CreateBuilder<GateVerdict>();
        if (judged.Manifest.Tests.Count > 0)
            verdicts.Add(await TestAsync(judged, cancellationToken));
        List<int> gates = [.. Enumerable.Range(0, judged.Manifest.Gates.Count).Where(gate => Guards(judged.Manifest.Gates[gate].Before, judged.Info.Stage, before))];
        if (gates.Count > 0)
            await AskAsync(judged, gates, occasion, verdicts, cancellationToken);
        return new GateReport(verdicts.All(verdict => verdict.Passed), verdicts.ToImmutable());
    }

    /// <summary>Whether a gate stands on the way from one stage to another: before that one, or before one that is passed over.</summary>
    private static bool Guards(Stage gate, Stage from, Stage to) => gate == to || (RankOf(gate) > RankOf(from) && RankOf(gate) < RankOf(to));

    private static int RankOf(Stage stage) => stage switch
    {
        Stage.Shadow => 1,
        Stage.Challenger => 2,
        Stage.Champion => 3,
        _ => 0,
    };

    private async Task AskAsync(GateSubject judged, List<int> gates, GateOccasion? occasion, ImmutableArray<GateVerdict>.Builder verdicts, CancellationToken cancellationToken)
    {
        var reference = judged.Info.Reference;
        var champion = (await grains.GetGrain<IProjectGrain>(reference.Project).Get())?.Champion;
        var own = await FiguresAsync(reference, occasion, cancellationToken);
        var others = champion is null ? null : champion == reference ? own : await FiguresAsync(champion, occasion, cancellationToken);
        var said = await judged.Conditions.AskAsync([.. gates.Select(gate => (Func<ConditionVerdict>)(() => judged.Conditions.Gate(gate, own, others)))], cancellationToken);
        foreach (var (gate, verdict) in gates.Zip(said))
        {
            verdicts.Add(new GateVerdict(judged.Manifest.Gates[gate].Name, verdict.Holds, verdict.Message, verdict.Figures));
        }
    }

    private async Task<IReadOnlyDictionary<string, double?>> FiguresAsync(GenerationReference generation, GateOccasion? occasion, CancellationToken cancellationToken)
    {
        var known = await figures.ReadAsync(generation, null, cancellationToken);
        if (occasion?.Figures?.GetValueOrDefault(generation) is not { } better)
            return known;
        var all = new Dictionary<string, double?>(known, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in better)
            all[name] = value;
        return all;
    }

    private async Task<GateVerdict> TestAsync(GateSubject judged, CancellationToken cancellationToken)
    {
        try
        {
            var results = await tests.RunAsync(judged, cancellationToken);
            var failed = results.Where(result => !result.Passed).ToList();
            var message = failed.Count == 0
                ? string.Create(CultureInfo.InvariantCulture, $"all {results.Count} tests of the manifest passed")
                : string.Join("; ", failed.Select(test => $"test '{test.Name}' failed: expected {test.Expected}; the model says {test.Seen}"));
            return new GateVerdict(Tests, failed.Count == 0, message, ImmutableSortedDictionary<string, double>.Empty.Add(FigureNames.TestsFailed, failed.Count));
        }
        catch (Exception exception) when (exception is TrainingFailedException or ArtifactMissingException or ArtifactCorruptException)
        {
            return new GateVerdict(Tests, false, $"the tests cannot run: {exception.Message}", ImmutableSortedDictionary<string, double>.Empty);
        }
    }

    /// <summary>The same verdict for the same occasion is the same decision, however often it is asked for.</summary>
    private static string IdOf(GenerationReference candidate, Stage before, GateOccasion occasion, GateVerdict verdict)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{verdict.Passed} {verdict.Message}")).AsSpan(0, 8));
        return $"gate/{candidate}/{before.ToString().ToLowerInvariant()}/{verdict.Name}/{occasion.Name}/{digest}";
    }
}
