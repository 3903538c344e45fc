namespace Progeny.Storage.Common;

/// <summary>A database has a schema that this program does not know.</summary>
public sealed class SchemaVersionException(string path, int found, int known) : IOException(
    $"The schema of {path} has version {found}, and this program knows version {known}: another one wrote it. Run that one, or put back a "
        + "backup.");
