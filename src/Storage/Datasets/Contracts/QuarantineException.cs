namespace Progeny.Storage.Datasets.Contracts;

/// <summary>What was asked of a quarantine cannot be done.</summary>
/// <param name="isConflict">Whether it could be at another time; else what was asked is wrong.</param>
public sealed class QuarantineException(string message, bool isConflict = false) : Exception(message)
{
    public bool IsConflict => isConflict;
}
