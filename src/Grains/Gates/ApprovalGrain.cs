using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Releases;
using Progeny.Core.Decisions;
using Progeny.Core.Gates;
using Progeny.Grains.Common;

namespace Progeny.Grains.Gates;

/// <inheritdoc cref="IApprovalGrain"/>
/// <remarks>
/// A change is stored with its decision, which is then put into the log of decisions; what a stop leaves undone is done at the next check.
/// </remarks>
internal sealed class ApprovalGrain(
    [PersistentState("approvals", StorageNames.Grains)] IPersistentState<ApprovalLedger> storage,
    IDecisionLog decisions,
    SiloStop stop,
    TimeProvider time,
    ILogger<ApprovalGrain> logger) : RecurringGrain(stop, logger), IApprovalGrain, IStoredGrain
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    public bool IsStored => storage.RecordExists;

    private ApprovalLedger Ledger => storage.State;

    private bool HasWork => Ledger.HasPending || !Ledger.Outbox.IsEmpty;

    public override Task OnActivateAsync(CancellationToken cancellationToken) => WatchAsync();

    public async Task<Approval> Ask(ApprovalRequest request)
    {
        await SaveAsync(Ledger.Expire(time.GetUtcNow()).Ask(request, time.GetUtcNow()));
        return Ledger.Find(request.Generation, request.Gate, request.Purpose)!;
    }

    public async Task<ImmutableArray<Approval>> List()
    {
        await SaveAsync(Ledger.Expire(time.GetUtcNow()));
        return Ledger.Entries;
    }

    public async Task<Approval> Decide(int id, bool approve, string by, string reason)
    {
        var project = this.GetPrimaryKeyString();
        await SaveAsync(Ledger.Expire(time.GetUtcNow()));
        var approval = Ledger.Find(id) ?? throw new RegistryException(RegistryError.NotFound, $"'{project}' has no approval {id}.");
        if (approval.Status != ApprovalStatus.Pending)
            throw new RegistryException(
                RegistryError.Conflict,
                $"The approval {id} of '{project}' is {approval.Status.ToString().ToLowerInvariant()} already: {approval.Reason}");
        await SaveAsync(Ledger.Decide(approval, approve, by, reason, time.GetUtcNow()));
        return Ledger.Find(id)!;
    }

    public Task Withdraw(string purpose, GenerationReference? generation, string why) =>
        SaveAsync(Ledger.Withdraw(purpose, generation, why, time.GetUtcNow()));

    protected override async Task EvaluateAsync()
    {
        await SaveAsync(Ledger.Expire(time.GetUtcNow()));
        if (!HasWork)
            await StopEvaluatingAsync();
    }

    private async Task SaveAsync(ApprovalLedger next)
    {
        if (!ReferenceEquals(next, Ledger))
        {
            await storage.SaveAsync(next);
            await WatchAsync();
        }

        if (Ledger.Outbox.IsEmpty)
            return;
        await decisions.AppendAllAsync(Ledger.Outbox, CancellationToken.None);
        await storage.SaveAsync(Ledger with { Outbox = [] });
    }

    private Task WatchAsync() => HasWork ? StartEvaluatingAsync(CheckInterval) : Task.CompletedTask;
}
