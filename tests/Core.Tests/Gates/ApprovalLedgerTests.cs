using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Releases;
using Progeny.Core.Gates;

namespace Progeny.Core.Tests.Gates;

/// <summary>What becomes of approvals that are asked for.</summary>
public sealed class ApprovalLedgerTests
{
    private static readonly DateTimeOffset _now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly GenerationReference _generation = new("demo", "1.0.0", 2);

    [Fact]
    public void Approval_that_is_asked_for_again_is_the_same_and_all_who_asked_are_known()
    {
        var ledger = new ApprovalLedger().Ask(Request(), _now).Ask(Request("bert"), _now.AddHours(1));
        var approval = ledger.Entries.ShouldHaveSingleItem();
        approval.AskedBy.ShouldBe(["anna", "bert"]);
        approval.AskedAt.ShouldBe(_now);
        ledger.Outbox.ShouldHaveSingleItem().Id.ShouldBe("approval/demo/1/asked");
    }

    [Fact]
    public void Approval_expires_at_its_time_and_not_before()
    {
        var ledger = new ApprovalLedger().Ask(Request(), _now);
        ledger.Expire(_now.AddHours(24).AddTicks(-1)).ShouldBeSameAs(ledger);
        var expired = ledger.Expire(_now.AddHours(24));
        (expired.Entries[0].Status, expired.HasPending).ShouldBe((ApprovalStatus.Expired, false));
        expired.Outbox[^1].Message.ShouldBe("demo@1.0.0:2 must not become champion: Nobody of the role operator decided within 1d.");
    }

    [Fact]
    public void Decision_keeps_who_when_and_why()
    {
        var ledger = new ApprovalLedger().Ask(Request(), _now);
        ledger = ledger.Decide(ledger.Entries[0], approve: false, "carl", "not on a Friday", _now.AddHours(1));
        var approval = ledger.Entries[0];
        (approval.Status, approval.DecidedBy, approval.DecidedAt, approval.Reason).ShouldBe(
            (ApprovalStatus.Refused, "carl", _now.AddHours(1), "not on a Friday"));
        (ledger.Outbox[^1].Id, ledger.Outbox[^1].By).ShouldBe(("approval/demo/1/refused", "carl"));
        ledger.Expire(_now.AddYears(1)).ShouldBeSameAs(ledger);
    }

    [Fact]
    public void What_is_withdrawn_is_only_what_is_pending_for_the_purpose()
    {
        var ledger = new ApprovalLedger().Ask(Request(), _now).Ask(Request() with { Purpose = "canary-2" }, _now);
        var withdrawn = ledger.Withdraw("canary-2", null, "canary-2 has ended.", _now);
        withdrawn.Entries.Select(entry => entry.Status).ShouldBe([ApprovalStatus.Withdrawn, ApprovalStatus.Pending]);
        withdrawn.Withdraw("canary-2", null, "again", _now).ShouldBeSameAs(withdrawn);
    }

    [Fact]
    public void Old_approvals_are_dropped_but_never_one_that_is_pending()
    {
        var ledger = new ApprovalLedger().Ask(Request(), _now);
        for (var i = 0; i < 300; i++)
        {
            ledger = ledger.Ask(Request() with { Purpose = $"promotion-{i}" }, _now);
            ledger = ledger.Decide(ledger.Entries[0], approve: true, "carl", "yes", _now);
        }

        ledger.Entries.Length.ShouldBe(201);
        (ledger.Entries[^1].Id, ledger.Entries[^1].Status, ledger.Count).ShouldBe((1, ApprovalStatus.Pending, 301));
    }

    private static ApprovalRequest Request(string by = "anna") => new()
    {
        Generation = _generation,
        Gate = "sign-off",
        Before = Stage.Champion,
        Role = "operator",
        Within = TimeSpan.FromDays(1),
        Purpose = "proposal",
        By = by,
        Message = "",
    };
}
