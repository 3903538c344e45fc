namespace Progeny.Storage.QueryLog.Outcomes;

/// <summary>What a report changes.</summary>
internal enum OutcomeChange
{
    /// <summary>Nothing: the report is known.</summary>
    None,
    First,
    Correction,

    /// <summary>The history only: what counts was observed after it.</summary>
    Late,
}
