namespace Progeny.Core.Manifests;

/// <summary>A release's version is refused; the message says which one would be right.</summary>
public sealed class ReleaseVersionException(string message) : Exception(message);
