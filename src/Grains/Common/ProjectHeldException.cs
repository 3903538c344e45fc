namespace Progeny.Grains.Common;

/// <summary>A step of a project ended the node too often and is not taken any more; the message says how it is again.</summary>
internal sealed class ProjectHeldException(string message) : Exception(message);
