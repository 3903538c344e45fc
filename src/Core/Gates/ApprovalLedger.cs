using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;

namespace Progeny.Core.Gates;

/// <summary>The approvals of a project: what is pending, and what became of the others.</summary>
public sealed record ApprovalLedger
{
    private const int MaxDecided = 200;

    /// <summary>How many there were.</summary>
    public int Count { get; init; }

    /// <summary>Newest first: all that are pending, and the last of the others.</summary>
    public ImmutableArray<Approval> Entries { get; init; } = [];

    /// <summary>Decisions that may not be in the log of decisions yet.</summary>
    public ImmutableArray<Decision> Outbox { get; init; } = [];

    /// <summary>Whether somebody has to decide.</summary>
    [JsonIgnore] public bool HasPending => Entries.Any(approval => approval.Status == ApprovalStatus.Pending);

    /// <summary>The approval for a generation at a gate, for what it is offered for; null: it has not been asked for.</summary>
    public Approval? Find(GenerationReference generation, string gate, string purpose) =>
        Entries.FirstOrDefault(entry => entry.Generation == generation && entry.Gate == gate && entry.Purpose == purpose);

    /// <summary>The approval of an id.</summary>
    public Approval? Find(int id) => Entries.FirstOrDefault(entry => entry.Id == id);

    /// <summary>
    /// Asks for an approval. One that was asked for already stays as it is; a further person who asked may not approve either.
    /// </summary>
    public ApprovalLedger Ask(ApprovalRequest request, DateTimeOffset now)
    {
        if (Find(request.Generation, request.Gate, request.Purpose) is { } known)
        {
            return known.Status != ApprovalStatus.Pending || known.AskedBy.Contains(request.By)
                ? this
                : With(known, known with { AskedBy = known.AskedBy.Add(request.By) });
        }

        var approval = new Approval
        {
            Id = Count + 1,
            Status = ApprovalStatus.Pending,
            Generation = request.Generation,
            Gate = request.Gate,
            Before = request.Before,
            Role = request.Role,
            Purpose = request.Purpose,
            AskedBy = [request.By],
            AskedAt = now,
            Within = request.Within,
            Message = request.Message,
            Figures = request.Figures,
        };
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{request.Generation} needs the approval {approval.Id} of the role {request.Role} to become {NameOf(request.Before)}, until "
                + $"{now + request.Within:u}.");
        return (this with { Count = approval.Id, Entries = [approval, .. Entries] }).Record(approval, "asked", request.By, text, now);
    }

    /// <summary>A person approves or refuses what is pending.</summary>
    public ApprovalLedger Decide(Approval approval, bool approve, string by, string reason, DateTimeOffset now)
    {
        var decided = approval with
        {
            Status = approve ? ApprovalStatus.Approved : ApprovalStatus.Refused,
            DecidedBy = by,
            DecidedAt = now,
            Reason = reason,
        };
        return With(approval, decided)
            .Record(decided, approve
                ? "approved"
                : "refused", by, $"{approval.Generation} {(approve ? "may" : "must not")} become {NameOf(approval.Before)}: {reason}", now);
    }

    /// <summary>Refuses what nobody has decided in time.</summary>
    public ApprovalLedger Expire(DateTimeOffset now)
    {
        var ledger = this;
        foreach (var approval in Entries.Where(entry => entry.Status == ApprovalStatus.Pending && now >= entry.AskedAt + entry.Within))
        {
            var why = string.Create(
                CultureInfo.InvariantCulture, $"Nobody of the role {approval.Role} decided within {Text(approval.Within)}");
            var expired = approval with { Status = ApprovalStatus.Expired, DecidedAt = now, Reason = why };
            ledger = ledger.With(approval, expired)
                .Record(expired, "expired", $"gate {approval.Gate}", $"{approval.Generation} must not become {NameOf(approval.Before)}: "
                    + $"{why}.", now);
        }

        return ledger;
    }

    /// <summary>Takes back what is pending for a purpose.</summary>
    /// <param name="generation">Only that of one generation; null: of all.</param>
    public ApprovalLedger Withdraw(string purpose, GenerationReference? generation, string why, DateTimeOffset now)
    {
        var ledger = this;
        foreach (var approval in Entries.Where(
            entry =>
                entry.Status == ApprovalStatus.Pending && entry.Purpose == purpose && (generation ?? entry.Generation) == entry.Generation))
        {
            var withdrawn = approval with { Status = ApprovalStatus.Withdrawn, DecidedAt = now, Reason = why };
            ledger = ledger.With(approval, withdrawn).Record(
                withdrawn,
                "withdrawn",
                $"gate {approval.Gate}",
                $"The approval {approval.Id} of {approval.Generation} is not needed any more: {why}",
                now);
        }

        return ledger;
    }

    /// <summary>A duration in the largest unit that divides it.</summary>
    private static string Text(TimeSpan duration) => ManifestUnits.Format(duration);

    private static string NameOf(Stage stage) => stage.ToString().ToLowerInvariant();

    private ApprovalLedger With(Approval before, Approval after)
    {
        var decided = 0;
        return this with
        {
            Entries = [.. Entries.Replace(before, after).Where(entry => entry.Status == ApprovalStatus.Pending || decided++ < MaxDecided)],
        };
    }

    private ApprovalLedger Record(Approval approval, string what, string by, string message, DateTimeOffset now) => this with
    {
        Outbox = Outbox.Add(new Decision
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"approval/{approval.Generation.Project}/{approval.Id}/{what}"),
            Project = approval.Generation.Project,
            At = now,
            Kind = DecisionKind.Approval,
            By = by,
            Message = message,
            Generation = approval.Generation,
            Figures = approval.Figures,
        }),
    };
}
