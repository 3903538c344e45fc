namespace Progeny.Abstractions.Gates;

/// <summary>What became of an approval that was asked for.</summary>
public enum ApprovalStatus
{
    /// <summary>Nobody has decided yet.</summary>
    Pending,

    /// <summary>A person approved.</summary>
    Approved,

    /// <summary>A person refused.</summary>
    Refused,

    /// <summary>Nobody decided in time, so the generation is refused.</summary>
    Expired,

    /// <summary>It is not needed any more: what it was asked for was given up.</summary>
    Withdrawn,
}
