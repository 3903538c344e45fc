namespace Progeny.Replay.Serving;

/// <summary>The node refused a request (the message is its own), or could not be asked.</summary>
internal sealed class NodeException(string message, bool unreachable, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether no answer came at all.</summary>
    public bool Unreachable { get; } = unreachable;
}
