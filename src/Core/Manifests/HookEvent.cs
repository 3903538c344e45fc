namespace Progeny.Core.Manifests;

/// <summary>When a hook is called.</summary>
public enum HookEvent
{
    /// <summary>
    /// Before a generation that serves nothing is asked for the first time: as a shadow, as a challenger, or in production.
    /// </summary>
    BeforeRollout,

    /// <summary>Before a generation is put into production.</summary>
    BeforePromotion,

    /// <summary>After a generation was taken out of production, or out of an experiment that it lost.</summary>
    Rollback,
}
