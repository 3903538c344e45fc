namespace Progeny.Core.Serving.Routing;

/// <summary>Names of arms that nobody has to give.</summary>
public static class ArmNames
{
    /// <summary>The only arm of a plan that a promotion makes.</summary>
    public const string Champion = "champion";

    /// <summary>A generation that a caller asked for by its version and that is in no plan.</summary>
    public const string Requested = "requested";
}
