namespace Progeny.Core.Security;

/// <summary>
/// The keys by which sessions of the console are encrypted, shared by the nodes of a cluster: a session that one began is good on all.
/// </summary>
public interface ISessionKeyStore
{
    /// <summary>All keys, as XML.</summary>
    IReadOnlyList<string> Read();

    /// <summary>Adds a key; one of the same name stays as it is.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="xml">The key, encrypted.</param>
    void Add(string name, string xml);
}
