namespace Progeny.Core.QueryLog;

/// <summary>When the records that gathered are to be written.</summary>
internal enum FlushUrgency
{
    /// <summary>There are none.</summary>
    None,

    /// <summary>When more had time to gather.</summary>
    Soon,

    /// <summary>At once.</summary>
    Now,
}
