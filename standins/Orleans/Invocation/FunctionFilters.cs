namespace Orleans.Invocation;

/// <summary>A filter that is a function.</summary>
internal sealed class IncomingFunction(IncomingGrainCallFilterDelegate function) : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context) => function(context);
}

/// <inheritdoc cref="IncomingFunction"/>
internal sealed class OutgoingFunction(OutgoingGrainCallFilterDelegate function) : IOutgoingGrainCallFilter
{
    public Task Invoke(IOutgoingGrainCallContext context) => function(context);
}
