namespace Progeny.Gateway.Serving;

/// <summary>A model in the index of the repository.</summary>
/// <param name="Name">The project.</param>
/// <param name="Version">The generation in production; empty: none is.</param>
/// <param name="State"><c>READY</c>, or <c>UNAVAILABLE</c> with a reason.</param>
/// <param name="Reason">Why it answers no queries; empty: it does.</param>
internal sealed record ModelIndexEntry(string Name, string Version, string State, string Reason);
