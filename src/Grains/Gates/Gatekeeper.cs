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
using Progeny.Core.Manifests;
using Progeny.Core.Releases;

namespace Progeny.Grains.Gates;

/// <inheritdoc cref="IGatekeeper"/>
internal sealed class Gatekeeper(
    IGrainFactory grains,
    GateSubjects generations,
    IGenerationFigures figures,
    ContractTests tests,
    GateApprovals approvals,
    Hooks hooks,
    IDecisionLog decisions,
    TimeProvider time) : IGatekeeper
{
    private const string Tests = "tests";

    public async Task<GateReport> CheckAsync(
        GenerationReference candidate, Stage before, GateOccasion occasion, CancellationToken cancellationToken)
    {
        var subject = await generations.GetAsync(candidate);
        var gates = GatesOf(subject, before);
        if (await approvals.ListPendingAsync(subject, gates, occasion) is { IsEmpty: false } pending)
            return new GateReport(false, pending);
        var champion = await ChampionAsync(subject, gates, occasion, cancellationToken);
        ImmutableArray<GateVerdict> verdicts = [];
        if (!occasion.IsForced)
        {
            verdicts = await AskConditionsAsync(subject, gates, champion, occasion, cancellationToken);
            await RecordAsync(DecisionKind.Gate, "gate ", candidate, before, occasion, verdicts, cancellationToken);
            if (verdicts.All(verdict => verdict.Passed))
                verdicts = verdicts.AddRange(await approvals.AskAsync(subject, gates, occasion, verdicts));
        }

        if (verdicts.All(verdict => verdict.Passed))
        {
            var said = await AskHooksAsync(subject, before, champion, occasion, cancellationToken);
            await RecordAsync(DecisionKind.Hook, "", candidate, before, occasion, said, cancellationToken);
            verdicts = verdicts.AddRange(said);
        }

        return new GateReport(verdicts.All(verdict => verdict.Passed), verdicts);
    }

    public async Task<GateReport> TryAsync(GenerationReference candidate, Stage before, CancellationToken cancellationToken)
    {
        var subject = await generations.GetAsync(candidate);
        var gates = GatesOf(subject, before);
        var champion = await ChampionAsync(subject, gates, null, cancellationToken);
        var verdicts = await AskConditionsAsync(subject, gates, champion, null, cancellationToken);
        verdicts = verdicts.AddRange(await approvals.AskAsync(subject, gates, null, verdicts));
        return new GateReport(verdicts.All(verdict => verdict.Passed), verdicts);
    }

    /// <summary>The places in the manifest of the gates on the way of a generation to a stage.</summary>
    private static ImmutableArray<int> GatesOf(GateSubject subject, Stage before) =>
        [
            .. Enumerable.Range(0, subject.Manifest.Gates.Count)
                .Where(gate => Guards(subject.Manifest.Gates[gate].Before, subject.Info.Stage, before)),
        ];

    /// <summary>Whether a gate stands on the way from one stage to another: before that one, or before one that is passed over.</summary>
    private static bool Guards(Stage gate, Stage from, Stage to) =>
        gate == to || (RankOf(gate) > RankOf(from) && RankOf(gate) < RankOf(to));

    private static int RankOf(Stage stage) => stage switch
    {
        Stage.Shadow => 1,
        Stage.Challenger => 2,
        Stage.Champion => 3,
        _ => 0,
    };

    /// <summary>The tests of the manifest, then the conditions of gates.</summary>
    private async Task<ImmutableArray<GateVerdict>> AskConditionsAsync(
        GateSubject subject,
        ImmutableArray<int> gates,
        ChampionFigures champion,
        GateOccasion? occasion,
        CancellationToken cancellationToken)
    {
        var verdicts = ImmutableArray.CreateBuilder<GateVerdict>();
        if (subject.Manifest.Tests.Count > 0)
            verdicts.Add(await TestAsync(subject, cancellationToken));
        List<int> conditions = [.. gates.Where(gate => subject.Manifest.Gates[gate].When is not null)];
        if (conditions.Count == 0)
            return verdicts.ToImmutable();
        var own = await FiguresAsync(subject.Info.Reference, occasion, cancellationToken);
        var said = await subject.Conditions.AskAsync(
            [.. conditions.Select(gate => (Func<ConditionVerdict>)(() => subject.Conditions.Gate(gate, own, champion.Figures)))],
            cancellationToken);
        verdicts.AddRange(
            conditions.Zip(said)
                .Select(pair =>
                    new GateVerdict(subject.Manifest.Gates[pair.First].Name, pair.Second.Holds, pair.Second.Message, pair.Second.Figures)));
        return verdicts.ToImmutable();
    }

    private async Task<ImmutableArray<GateVerdict>> AskHooksAsync(
        GateSubject subject, Stage before, ChampionFigures champion, GateOccasion occasion, CancellationToken cancellationToken)
    {
        var reference = subject.Info.Reference;
        List<HookManifest> called = [.. subject.Manifest.Hooks.Where(hook => hook.On switch
        {
            HookEvent.BeforeRollout => RankOf(subject.Info.Stage) == 0,
            HookEvent.BeforePromotion => before == Stage.Champion,
            _ => false,
        })];
        if (called.Count == 0)
            return [];
        var own = await FiguresAsync(reference, occasion, cancellationToken);
        return await hooks.AskAsync(
            called,
            hook => new HookMessage
            {
                Id = $"hook/{reference}/{HookMessage.NameOf(hook.On)}/{occasion.Name}",
                Project = reference.Project,
                Event = hook.On,
                Generation = reference,
                Champion = champion.Generation,
                Stage = before,
                By = occasion.By,
                At = time.GetUtcNow(),
                Figures = own,
                ChampionFigures = champion.Figures,
            },
            occasion.IsForced,
            cancellationToken);
    }

    /// <summary>The generation in production, where a condition or a hook wants to know of it.</summary>
    private async Task<ChampionFigures> ChampionAsync(
        GateSubject subject, ImmutableArray<int> gates, GateOccasion? occasion, CancellationToken cancellationToken)
    {
        if (subject.Manifest.Hooks.Count == 0 && gates.All(gate => subject.Manifest.Gates[gate].When is null))
            return default;
        var champion = (await grains.GetGrain<IProjectGrain>(subject.Info.Reference.Project).Get())?.Champion;
        return new ChampionFigures(champion, champion is null ? null : await FiguresAsync(champion, occasion, cancellationToken));
    }

    private async Task<IReadOnlyDictionary<string, double?>> FiguresAsync(
        GenerationReference generation, GateOccasion? occasion, CancellationToken cancellationToken)
    {
        var known = await figures.ReadAsync(generation, null, cancellationToken);
        if (occasion?.Figures?.GetValueOrDefault(generation) is not { } better)
            return known;
        var all = new Dictionary<string, double?>(known, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in better)
            all[name] = value;
        return all;
    }

    private async Task<GateVerdict> TestAsync(GateSubject subject, CancellationToken cancellationToken)
    {
        try
        {
            var results = await tests.RunAsync(subject, cancellationToken);
            var failed = results.Where(result => !result.Passed).ToList();
            var message = failed.Count == 0
                ? string.Create(CultureInfo.InvariantCulture, $"all {results.Count} tests of the manifest passed")
                : string.Join(
                    "; ", failed.Select(test => $"test '{test.Name}' failed: expected {test.Expected}; the model says {test.Seen}"));
            return new GateVerdict(
                Tests,
                failed.Count == 0,
                message,
                ImmutableSortedDictionary<string, double>.Empty.Add(FigureNames.TestsFailed, failed.Count));
        }
        catch (Exception exception) when (exception is TrainingFailedException or ArtifactMissingException or ArtifactCorruptException)
        {
            return new GateVerdict(
                Tests, false, $"the tests cannot run: {exception.Message}", ImmutableSortedDictionary<string, double>.Empty);
        }
    }

    private async Task RecordAsync(
        DecisionKind kind,
        string prefix,
        GenerationReference candidate,
        Stage before,
        GateOccasion occasion,
        ImmutableArray<GateVerdict> verdicts,
        CancellationToken cancellationToken)
    {
        foreach (var verdict in verdicts)
        {
            await decisions.AppendAsync(
                new Decision
                {
                    Id = IdOf(candidate, before, occasion, verdict),
                    Project = candidate.Project,
                    At = time.GetUtcNow(),
                    Kind = kind,
                    By = $"{prefix}{verdict.Name}",
                    Message = $"{candidate} {(verdict.Passed ? "may" : "must not")} become {before.ToString().ToLowerInvariant()}: "
                        + $"{verdict.Message}",
                    Generation = candidate,
                    Figures = verdict.Figures,
                },
                cancellationToken);
        }
    }

    /// <summary>The same verdict for the same occasion is the same decision, however often it is asked for.</summary>
    private static string IdOf(GenerationReference candidate, Stage before, GateOccasion occasion, GateVerdict verdict)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{verdict.Passed} {verdict.Message}")).AsSpan(0, 8));
        return $"gate/{candidate}/{before.ToString().ToLowerInvariant()}/{verdict.Name}/{occasion.Name}/{digest}";
    }

    /// <summary>The generation in production with its figures.</summary>
    private readonly record struct ChampionFigures(GenerationReference? Generation, IReadOnlyDictionary<string, double?>? Figures);
}
