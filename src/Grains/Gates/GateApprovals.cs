using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Releases;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;

namespace Progeny.Grains.Gates;

/// <summary>What gates with <c>approval</c> say of a generation.</summary>
internal sealed class GateApprovals(IGrainFactory grains)
{
    /// <summary>The approvals that are pending for what a generation is offered for, so that nothing else has to be asked.</summary>
    /// <param name="gates">The places in the manifest of the gates on its way.</param>
    public async Task<ImmutableArray<GateVerdict>> ListPendingAsync(GateSubject subject, ImmutableArray<int> gates, GateOccasion occasion)
    {
        if (occasion.Purpose is not { } purpose || gates.All(gate => subject.Manifest.Gates[gate].Approval is null))
            return [];
        var known = await Grain(subject.Info.Reference).List();
        var pending = known.Where(
            each => each.Status == ApprovalStatus.Pending && each.Purpose == purpose && each.Generation == subject.Info.Reference).ToList();

        // Who asks again is kept, too: that person may not approve.
        return pending.TrueForAll(each => each.AskedBy.Contains(occasion.By)) ? [.. pending.Select(VerdictOf)] : [];
    }

    /// <summary>Asks for the approvals that a generation needs.</summary>
    /// <param name="occasion">What it is offered for; null, or without a purpose: nobody is asked, and what was approved before
    /// counts.</param>
    /// <param name="conditions">What the conditions of the gates said of it.</param>
    public async Task<ImmutableArray<GateVerdict>> AskAsync(
        GateSubject subject, ImmutableArray<int> gates, GateOccasion? occasion, ImmutableArray<GateVerdict> conditions)
    {
        var verdicts = ImmutableArray.CreateBuilder<GateVerdict>();
        foreach (var gate in gates.Select(place => subject.Manifest.Gates[place]).Where(gate => gate.Approval is not null))
        {
            verdicts.Add(occasion?.Purpose is { } purpose
                ? VerdictOf(
                    await Grain(subject.Info.Reference).Ask(RequestOf(subject.Info.Reference, gate, purpose, occasion.By, conditions)))
                : await RecallAsync(subject.Info.Reference, gate));
        }

        return verdicts.ToImmutable();
    }

    private static ApprovalRequest RequestOf(
        GenerationReference generation, GateManifest gate, string purpose, string by, ImmutableArray<GateVerdict> conditions) => new()
    {
        Generation = generation,
        Gate = gate.Name,
        Before = gate.Before,
        Role = gate.Approval!,
        Within = gate.Within,
        Purpose = purpose,
        By = by,
        Message = string.Join("; ", conditions.Select(verdict => $"gate '{verdict.Name}': {verdict.Message}")),
        Figures = conditions.SelectMany(verdict => verdict.Figures).DistinctBy(figure => figure.Key)
            .ToImmutableSortedDictionary(figure => figure.Key, figure => figure.Value, StringComparer.Ordinal),
    };

    private static GateVerdict VerdictOf(Approval approval)
    {
        var number = approval.Id.ToString(CultureInfo.InvariantCulture);
        var message = approval.Status switch
        {
            ApprovalStatus.Approved => $"approval {number} was given by {approval.DecidedBy}: {approval.Reason}",
            ApprovalStatus.Refused => $"approval {number} was refused by {approval.DecidedBy}: {approval.Reason}",
            ApprovalStatus.Pending => string.Create(
                CultureInfo.InvariantCulture,
                $"approval {number} of the role {approval.Role} is pending until {approval.AskedAt + approval.Within:u}"),
            _ => $"approval {number} is {approval.Status.ToString().ToLowerInvariant()}: {approval.Reason}",
        };
        return new GateVerdict(
            approval.Gate, approval.Status == ApprovalStatus.Approved, message, ImmutableSortedDictionary<string, double>.Empty)
        {
            Pending = approval.Status == ApprovalStatus.Pending,
            Approval = approval.Id,
        };
    }

    /// <summary>The last approval that the generation has got at a gate.</summary>
    private async Task<GateVerdict> RecallAsync(GenerationReference generation, GateManifest gate)
    {
        var known = await Grain(generation).List();
        return known.FirstOrDefault(
            each => each.Status == ApprovalStatus.Approved && each.Generation == generation && each.Gate == gate.Name) is { } approval
            ? VerdictOf(approval)
            : new GateVerdict(
                gate.Name,
                false,
                $"it needs the approval of the role {gate.Approval}",
                ImmutableSortedDictionary<string, double>.Empty) { Pending = true };
    }

    private IApprovalGrain Grain(GenerationReference generation) => grains.GetGrain<IApprovalGrain>(generation.Project);
}
