namespace Orleans.Core.Internal;

/// <summary>An activation that lets the calls of some call chains in while it waits for them.</summary>
public interface ICallChainReentrantGrainContext
{
    void OnEnterReentrantSection(Guid reentrancyId);

    void OnExitReentrantSection(Guid reentrancyId);
}
