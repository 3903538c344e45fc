using Orleans.Configuration;
using Orleans.Invocation;

namespace Orleans.Runtime;

/// <summary>The side of a caller: a silo with its own client, or a client elsewhere in the process.</summary>
internal sealed class GrainRuntime
{
    private readonly long responseTimeout;

    public GrainRuntime(MessagingOptions options, GrainClasses classes, IServiceProvider services, IEnumerable<IOutgoingGrainCallFilter> outgoing)
    {
        Classes = classes;
        CancelsOnTimeout = options.CancelRequestOnTimeout;
        WaitsForCancellation = options.WaitForCancellationAcknowledgement;
        responseTimeout = options.ResponseTimeout == Timeout.InfiniteTimeSpan ? 0 : (long)options.ResponseTimeout.TotalMilliseconds;
        OutgoingFilters = [.. outgoing];
        Factory = new GrainFactory(this, services);
    }

    public GrainFactory Factory { get; }

    public GrainClasses Classes { get; }

    public IOutgoingGrainCallFilter[] OutgoingFilters { get; }

    public bool CancelsOnTimeout { get; }

    public bool WaitsForCancellation { get; }

    /// <summary>The silo that answers; null before a client is connected.</summary>
    public Silo? Silo { get; set; }

    public void Send(Request request)
    {
        request.SentAt = Environment.TickCount64;
        request.Patience = request.Method.Timeout > 0 ? request.Method.Timeout : responseTimeout;
        request.Source = RuntimeContext.Current;
        if (RequestContext.Current is { } context)
        {
            request.Context = Copying.Isolation.CopyContext(context);
            request.ReentrancyId = RequestContext.ReentrancyOf(context);
        }

        if (!request.IsCancellable || request.TryLinkCancellation())
            Deliver(request);
    }

    public void Deliver(Request request)
    {
        if (request.Target.Receiver is { } receiver && receiver.TryReceive(request))
            return;
        try
        {
            if (Silo is null)
                throw new SiloUnavailableException("The client is not connected: start its host after the silo, in the same process.");
            do
                receiver = request.Target.Receiver = Silo.Catalog.GetOrCreate(request.Target.GrainId);
            while (!receiver.TryReceive(request));
        }
        catch (Exception exception)
        {
            request.Fail(exception);
        }
    }
}
