"""The networks: StackGAN, DCGAN, and the name encoder that conditions them."""
