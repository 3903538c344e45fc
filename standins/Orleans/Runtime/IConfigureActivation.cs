namespace Orleans.Runtime;

/// <summary>Gives every new activation something, before it is activated.</summary>
internal interface IConfigureActivation
{
    void Configure(Activation activation);
}
