namespace Progeny.Core.Explanations.Replays;

/// <summary>A logged query cannot be asked again; the message says what of it was not kept, or why there is nothing to ask.</summary>
public sealed class ReplayException(string message) : Exception(message);
