namespace Progeny.Storage.Datasets.Lake;

/// <summary>The tables of one schema of the lake.</summary>
public interface ILakeSchema
{
    /// <summary>The schema as SQL names it: <c>datasets</c>.</summary>
    string Name { get; }

    /// <summary>What one of its tables is called in messages: <c>dataset</c>.</summary>
    string Noun { get; }

    /// <summary>Makes a table readable for a session; null: there is no such table.</summary>
    /// <param name="reference">The table.</param>
    /// <param name="folder">A folder of the session, for files that the table reads.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="LakeException">The table exists and cannot be read; the message says why.</exception>
    Task<LakeTable?> FindAsync(LakeReference reference, string folder, CancellationToken cancellationToken);
}
