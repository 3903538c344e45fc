namespace Progeny.Storage.Feedback;

/// <summary>What a report changes.</summary>
internal enum OutcomeChange
{
    /// <summary>Nothing: it repeats the report that counts.</summary>
    None,
    First,
    Correction,
}
