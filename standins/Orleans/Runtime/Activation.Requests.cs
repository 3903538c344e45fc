using Microsoft.Extensions.Logging;
using Orleans.Invocation;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>Which of the waiting requests may run, given those that are under way.</summary>
internal sealed partial class Activation
{
    private readonly List<Request> running = [];
    private readonly Dictionary<Guid, int> reentrantSections = [];
    private Request? firstWaiting;
    private Request? lastWaiting;
    private Request? blocking;
    private int waitingCount;
    private int runningCount;

    /// <summary>How many of the waiting ones might overtake: while there are none, a blocked queue need not be walked.</summary>
    private int overtaking;

    public bool TryReceive(Request request)
    {
        lock (gate)
        {
            if (state == ActivationState.Ended)
                return false;
            if (lastWaiting is null)
                firstWaiting = request;
            else
                lastWaiting.Next = request;
            lastWaiting = request;
            waitingCount++;
            if (MightOvertake(request))
                overtaking++;
            if (scheduled)
                return true;
            scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        return true;
    }

    public void ExpireRequests(long now)
    {
        List<Request>? all = null;
        lock (gate)
        {
            if (waitingCount + running.Count == 0)
                return;
            all = [.. running];
            for (var each = firstWaiting; each is not null; each = each.Next)
                all.Add(each);
        }

        all.ForEach(each => each.ExpireAt(now));
    }

    /// <summary>The first turn of a request ended in an await.</summary>
    public void OnSuspended(Request request)
    {
        lock (gate)
        {
            running.Add(request);
            runningCount = running.Count;
            if (!Class.IsReentrant && !request.IsAlwaysInterleave)
                blocking ??= request;
        }
    }

    /// <summary>The last turn of a suspended request ended; runs on this activation, whose loop looks for the next one.</summary>
    public void OnFinished(Request request)
    {
        lock (gate)
        {
            running.Remove(request);
            runningCount = running.Count;
            if (ReferenceEquals(blocking, request))
                blocking = running.Find(each => !each.IsAlwaysInterleave);
        }

        if (request.KeepsAlive)
            Volatile.Write(ref lastUse, Silo.Time.GetTimestamp());
    }

    /// <summary>A grain that works on stale state must not go on with it.</summary>
    public void OnFault(Exception exception)
    {
        if (exception is InconsistentStateException { IsSourceActivation: true } stale)
        {
            stale.IsSourceActivation = false;
            Silo.Logger.LogInformation("Deactivating {Activation}: its state was written elsewhere.", this);
            Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationError, exception, "The stored state is not the one that was read."));
        }
    }

    public void OnEnterReentrantSection(Guid reentrancyId)
    {
        lock (gate)
            reentrantSections[reentrancyId] = reentrantSections.GetValueOrDefault(reentrancyId) + 1;
    }

    public void OnExitReentrantSection(Guid reentrancyId)
    {
        lock (gate)
        {
            if (reentrantSections.GetValueOrDefault(reentrancyId) is var depth and > 1)
                reentrantSections[reentrancyId] = depth - 1;
            else
                reentrantSections.Remove(reentrancyId);
        }
    }

    private bool HasNext() => FindNext(out _) is not null || MayEnd();

    private Request? FindNext(out Request? before)
    {
        before = null;
        while (firstWaiting is { IsAnswered: true, Method.IsOneWay: false } expired)
            Unlink(expired, null);
        if (state != ActivationState.Valid || firstWaiting is null)
            return null;
        if (running.Count == 0 || blocking is null)
            return firstWaiting;
        if (overtaking == 0)
            return null;
        for (var each = firstWaiting; each is not null; before = each, each = each.Next)
        {
            if (MayInterleave(each))
                return each;
        }

        return null;
    }

    private bool MightOvertake(Request request) =>
        request.IsAlwaysInterleave || request.IsReadOnly || request.ReentrancyId != Guid.Empty || Class.HasInterleavePredicate;

    private bool MayInterleave(Request request) =>
        request.IsAlwaysInterleave
        || (blocking!.IsReadOnly && request.IsReadOnly)
        || (request.ReentrancyId != Guid.Empty && reentrantSections.ContainsKey(request.ReentrancyId))
        || (Class.HasInterleavePredicate && (Class.MayInterleave(instance!, request, Silo.Logger) || Class.MayInterleave(instance!, blocking, Silo.Logger)));

    private void Unlink(Request request, Request? before)
    {
        if (before is null)
            firstWaiting = request.Next;
        else
            before.Next = request.Next;
        if (ReferenceEquals(lastWaiting, request))
            lastWaiting = before;
        request.Next = null;
        waitingCount--;
        if (MightOvertake(request))
            overtaking--;
    }
}
